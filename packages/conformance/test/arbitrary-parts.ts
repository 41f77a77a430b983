/**
 * Random circuits with every part that a gradient cannot have or a smooth one has not: masks, max pools, blocks with LRA
 * credit, their bypasses and skips, separate error weights, lateral synapses, whitened and learned precisions.
 */
import type { CircuitSpec, StageSpec, SynapseSpec } from "@settle/spec";
import fc from "fast-check";
import { arbitraryCircuitWithLaterals } from "./arbitrary-circuit.ts";

const parts = fc.record({
  mask: fc.constantFrom("none" as const, "none" as const, "seeded" as const, "drawn" as const),
  largest: fc.boolean(),
  lra: fc.boolean(),
  poolBypass: fc.constantFrom("nearest" as const, "argmax" as const),
  separate: fc.boolean(),
  skipFeedback: fc.boolean(),
});
type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

export const arbitraryCircuitOfParts: fc.Arbitrary<CircuitSpec> = fc
  .record({ circuit: arbitraryCircuitWithLaterals, each: fc.array(parts, { minLength: 6, maxLength: 6 }) })
  .map(({ circuit, each }) => ({
    ...circuit,
    synapses: Object.fromEntries(
      Object.entries(circuit.synapses).map(([id, synapse], index) => [
        id,
        withParts(synapse, each[index % each.length]!),
      ]),
    ),
  }));

function withParts(synapse: SynapseSpec, chosen: Parts): SynapseSpec {
  const feedback = chosen.separate ? { feedback: "separate" as const } : {};
  switch (synapse.kind) {
    case "pool":
      return { ...synapse, ...(chosen.largest ? { operation: "max" as const } : {}) };
    case "block": {
      const { lra, poolBypass, skipFeedback } = chosen;
      const stages = synapse.stages!.map((stage, index) => stageWith(stage, chosen, index));
      const kind = typeof synapse.skip === "string" ? synapse.skip : "none";
      const skip = lra ? { kind, feedback: skipFeedback } : kind;
      return { ...synapse, stages, skip, ...(lra ? { credit: "lra", poolBypass, ...feedback } : {}) };
    }
    case "dense":
    case "conv2d":
    case "deconv2d":
      return { ...synapse, ...feedback, ...("weights" in synapse ? {} : maskOf(chosen)) };
    default:
      return synapse;
  }
}

function stageWith(stage: StageSpec, { mask, largest }: Parts, index: number): StageSpec {
  const pool = stage.pool === undefined || !largest ? {} : { pool: { ...stage.pool, kind: "max" as const } };
  return { ...stage, ...pool, ...(index === 0 ? maskOf({ mask }) : {}) };
}

function maskOf({ mask }: Pick<Parts, "mask">): Pick<StageSpec, "mask"> {
  if (mask === "none") return {};
  return { mask: { kind: "random", density: 0.6, ...(mask === "seeded" ? { seed: 7 } : {}) } };
}
