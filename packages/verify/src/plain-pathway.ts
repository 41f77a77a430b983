/**
 * The error pathway of a synapse, written down once more as numbers, straight from the words of the language: an error
 * goes back stage by stage through the error weights; a block with LRA credit passes activations by, and pools by
 * repetition (`nearest`) or to the largest entry (`argmax`); every ΔW⁽q⁾ correlates what W⁽q⁾ read with the error there.
 *
 * @source ConvNGC eqs. 7–12
 */
import type { CircuitGraph } from "@settle/compiler";
import {
  correlates,
  makes,
  type Operation,
  type PlacedOperation,
  sendsBack,
  sendsToLargest,
} from "./plain-operation.ts";

type Graph = Pick<CircuitGraph, "synapses" | "stages" | "errorSynapses">;

/** The numbers of one sample that a pathway starts from. */
export interface PathwayNumbers {
  /** φ(z) and z of the source. */
  readonly activity: Float64Array;
  readonly state: Float64Array;
  /** The error at the end. */
  readonly error: Float64Array;
  /** What a stage of a block passes on to the next. */
  readonly hidden: (stage: string) => Float64Array;
  readonly weights: (id: string) => Float64Array;
}

export interface PlainPathway {
  /** What comes back to the source, to be multiplied by φ′ if anything is. */
  readonly feedback: Float64Array;
  /** What a skip sends back, past the activation. */
  readonly skipFeedback: Float64Array | undefined;
  /** Δ of the tensors of its stages, by stage. */
  readonly deltas: ReadonlyMap<string, Float64Array>;
}

/** Whether an error pathway can be written without derivatives: all but blocks with `backprop` credit. */
export const isPlain = ({ synapses }: Graph, synapse: string): boolean =>
  synapses.get(synapse)!.block?.credit !== "backprop";

/** One synapse's pathway, its coefficient left out. */
export function plainPathway(graph: Graph, id: string, numbers: PathwayNumbers): PlainPathway {
  const synapse = graph.synapses.get(id)!;
  const { block } = synapse;
  const deltas = new Map<string, Float64Array>();
  if (block === undefined) {
    const back = meet(graph, id, synapse, numbers.activity, numbers.error, numbers, deltas);
    return { feedback: back, skipFeedback: undefined, deltas };
  }
  let error = numbers.error;
  for (const [index, stage] of [...block.stages.entries()].toReversed()) {
    const read = index === 0 ? numbers.activity : numbers.hidden(block.stages[index - 1]!.id);
    if (stage.upsample !== undefined) error = sendsBack(placed(graph, `${stage.id}:upsample`, stage.upsample), error);
    if (stage.pool !== undefined) {
      const pool = placed(graph, `${stage.id}:pool`, stage.pool);
      const made = makes(placed(graph, stage.id, stage), read, numbers.weights(stage.id));
      error = passedBy(pool, block.poolBypass, made, error);
    }
    error = meet(graph, stage.id, stage, read, error, numbers, deltas);
  }
  return { feedback: error, skipFeedback: skipOf(graph, id, numbers, deltas), deltas };
}

/** An error meets the weights of a stage: Δ, and what goes back. */
function meet(
  graph: Graph,
  id: string,
  operation: Operation,
  read: Float64Array,
  error: Float64Array,
  { weights }: Pick<PathwayNumbers, "weights">,
  deltas: Map<string, Float64Array>,
): Float64Array {
  const stage = graph.stages.get(id)!;
  const at = placed(graph, id, operation);
  if (stage.weights === undefined) return stage.rule === "max" ? sendsToLargest(at, read, error) : sendsBack(at, error);
  const forward = weights(stage.weights);
  deltas.set(id, correlates(at, read, error, forward.length));
  return sendsBack(at, error, stage.errorWeights.kind === "separate" ? weights(`error:${id}`) : forward);
}

function passedBy(
  pool: PlacedOperation,
  bypass: "nearest" | "argmax",
  made: Float64Array,
  error: Float64Array,
): Float64Array {
  const [rows, columns] = pool.operation.stride ?? [1, 1];
  if (rows === 1 && columns === 1) return error;
  if (bypass === "argmax") {
    return pool.operation.operation === "max" ? sendsToLargest(pool, made, error) : sendsBack(pool, error);
  }
  const [height, width, channels] = pool.source as readonly [number, number, number];
  const smaller = pool.target[1]!;
  return Float64Array.from({ length: height * width * channels }, (_, k) => {
    const [y, x, c] = [Math.floor(k / channels / width), Math.floor(k / channels) % width, k % channels];
    return error[(Math.floor(y / rows) * smaller + Math.floor(x / columns)) * channels + c]!;
  });
}

/** The skip reads z: averaged first where the target is smaller, repeated last where it is larger. */
function skipOf(
  graph: Graph,
  id: string,
  numbers: PathwayNumbers,
  deltas: Map<string, Float64Array>,
): Float64Array | undefined {
  const { skip } = graph.synapses.get(id)!;
  if (skip === undefined) return undefined;
  const { before, projection, after } = skip;
  const pool = before === undefined ? undefined : placed(graph, before, window(graph, before, "pool"));
  const repeat = after === undefined ? undefined : placed(graph, after, window(graph, after, "upsample"));
  const read = pool === undefined ? numbers.state : makes(pool, numbers.state);
  const met = repeat === undefined ? numbers.error : sendsBack(repeat, numbers.error);
  const pointwise: Operation = { kind: "conv2d", kernel: [1, 1], stride: [1, 1], padding: "same" };
  const back = projection === undefined ? met : meet(graph, projection, pointwise, read, met, numbers, deltas);
  return pool === undefined ? back : sendsBack(pool, back);
}

/** A skip's resizing has whole windows side by side, as large as one extent in the other. */
function window({ stages }: Graph, id: string, kind: "pool" | "upsample"): Operation {
  const { preShape, postShape } = stages.get(id)!.relation;
  const [big, small] = kind === "pool" ? [preShape, postShape] : [postShape, preShape];
  const size = [Math.ceil(big[0]! / small[0]!), Math.ceil(big[1]! / small[1]!)] as const;
  return { kind, kernel: size, stride: size, padding: "same", ...(kind === "pool" ? { operation: "average" } : {}) };
}

function placed({ stages }: Graph, id: string, operation: Operation): PlacedOperation {
  const { preShape, postShape } = stages.get(id)!.relation;
  return { operation, source: preShape, target: postShape };
}
