/** What one end of a synapse tells about the extents of the other, through all stages of a block. */
import type { NormalOperation, NormalStage, NormalSynapse, Pair } from "../normalize/normal-circuit.ts";
import type { Inference } from "../synapses/synapse-kind.ts";
import { synapseKinds } from "../synapses/synapse-kinds.ts";

type Step = (extents: Pair) => Inference | undefined;

/** Extents of the target from those of the source. */
export function inferThroughTarget(synapse: NormalSynapse, source: Pair): Inference | undefined {
  const { kind } = synapse;
  if (kind !== "block") return synapseKinds[kind].inferTarget({ ...synapse, kind }, source);
  const forward =
    (operation: NormalOperation): Step =>
    (at) =>
      synapseKinds[operation.kind].inferTarget(operation, at);
  const steps = (synapse.block?.stages ?? []).flatMap((stage) => [
    written(stage) ?? forward(stage),
    ...[stage.pool, stage.upsample].flatMap((each) => (each === undefined ? [] : [forward(each)])),
  ]);
  return follow(steps, source);
}

/** Extents of the source from those of the target. */
export function inferThroughSource(synapse: NormalSynapse, target: Pair): Inference | undefined {
  const { kind } = synapse;
  if (kind !== "block") return synapseKinds[kind].inferSource({ ...synapse, kind }, target);
  // A skip without a resize joins equal extents, whatever the stages do.
  const { stages = [], skip } = synapse.block ?? {};
  if (skip?.kind === "identity") return { extents: target, exact: true };
  const back =
    (operation: NormalOperation): Step =>
    (at) =>
      synapseKinds[operation.kind].inferSource(operation, at);
  const steps = stages
    .toReversed()
    .flatMap((stage) => [
      ...[stage.upsample, stage.pool].flatMap((each) => (each === undefined ? [] : [back(each)])),
      (at: Pair) => back(stage)(written(stage)?.(at).extents ?? at),
    ]);
  return follow(steps, target);
}

/** The extents a stage says its operation makes. */
function written({ shape }: NormalStage): ((at: Pair) => Inference) | undefined {
  return shape?.length === 3 ? () => ({ extents: [shape[0]!, shape[1]!], exact: true }) : undefined;
}

function follow(steps: readonly Step[], from: Pair): Inference | undefined {
  let at: Inference | undefined = { extents: from, exact: true };
  for (const step of steps) {
    const next: Inference | undefined = at === undefined ? undefined : step(at.extents);
    at = next === undefined || at === undefined ? undefined : { ...next, exact: at.exact && next.exact };
  }
  return at;
}
