/**
 * Finds the shapes the user left out, by carrying extents along synapses in both directions until nothing changes.
 *
 * A deduction that leaves no choice comes first; only when none is left is the usual one of several extents taken (a
 * stride-2 SAME deconvolution of 16 is taken to make 32, though 31 would convolve to 16 too).
 */
import type { Shape } from "@settle/program";
import type { FaultList } from "../fault.ts";
import type { NormalCircuit, NormalState, NormalSynapse, Pair } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import type { Inference } from "../synapses/synapse-kind.ts";
import { inferThroughSource, inferThroughTarget } from "./infer-through.ts";
import type { ShapeOrigin } from "./circuit-graph.ts";

export interface KnownShape {
  readonly shape: Shape;
  readonly origin: ShapeOrigin;
}

export function inferShapes(circuit: NormalCircuit, faults: FaultList): ReadonlyMap<string, KnownShape> {
  const known = new Map<string, KnownShape>();
  for (const state of circuit.states) {
    if (state.shape !== undefined && state.channels !== undefined) {
      faults.report({
        code: "resolve/shape-and-channels",
        pointer: pointerTo("states", state.id, "channels"),
        at: "key",
        message: `State "${state.id}" has both a shape and a number of channels.`,
        help: "keep the shape; channels are for a map whose extents follow from its synapses.",
        repair: [{ op: "remove", path: pointerTo("states", state.id, "channels") }],
      });
    }
    if (state.shape !== undefined) known.set(state.id, { shape: state.shape, origin: { kind: "written" } });
  }
  const targets = new Map(circuit.errors.map((error) => [error.id, error.target]));
  const waiting = new Map(
    circuit.states.filter((state) => state.shape === undefined && state.channels !== undefined).map((s) => [s.id, s]),
  );
  const deduce = (exactOnly: boolean): boolean => deduceOne(circuit.synapses, targets, waiting, known, exactOnly);
  // After a choice, deductions without one come first again.
  let found = true;
  while (found) found = deduce(true) || deduce(false);
  for (const state of circuit.states) {
    if (known.has(state.id)) continue;
    faults.report({
      code: "resolve/shape-unknown",
      pointer: pointerTo("states", state.id),
      at: "key",
      message: `The shape of state "${state.id}" does not follow from the rest.`,
      help:
        state.channels === undefined
          ? 'say "shape": [units] or [height, width, channels]; "channels" alone is enough where a convolution leads to it.'
          : 'say "shape": [height, width, channels]: no convolution leads here from a state of known shape.',
    });
  }
  return known;
}

function deduceOne(
  synapses: readonly NormalSynapse[],
  targets: ReadonlyMap<string, string>,
  waiting: Map<string, NormalState>,
  known: Map<string, KnownShape>,
  exactOnly: boolean,
): boolean {
  for (const synapse of synapses) {
    const target = targets.get(synapse.to);
    if (target === undefined) continue;
    const towards = (id: string, from: string, infer: (extents: Pair) => Inference | undefined): boolean => {
      const state = waiting.get(id);
      const shape = known.get(from)?.shape;
      if (state?.channels === undefined || shape?.length !== 3) return false;
      const inference = infer([shape[0]!, shape[1]!]);
      if (inference === undefined || (exactOnly && !inference.exact)) return false;
      waiting.delete(id);
      known.set(id, {
        shape: [...inference.extents, state.channels],
        origin: { kind: "inferred", from: synapse.id, exact: inference.exact },
      });
      return true;
    };
    if (towards(synapse.from, target, (extents) => inferThroughSource(synapse, extents))) return true;
    if (towards(target, synapse.from, (extents) => inferThroughTarget(synapse, extents))) return true;
  }
  return false;
}
