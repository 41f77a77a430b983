/** What lateral synapses add to corrections, against sums written out from their fields. */
import type { Equations, GraphLateral } from "@settle/compiler";
import type { Shape } from "@settle/program";
import { makes, type PlacedOperation } from "./plain-operation.ts";
import { relativeError } from "./probe-bench.ts";
import { type Check, checkOf } from "./verification.ts";

const tolerance = 1e-9;

/** @param written  what the synapse adds as the correction has it; @param activity  φ of its source */
export function checkLateral(
  { graph }: Equations,
  id: string,
  { written, activity }: { readonly written: Float64Array; readonly activity: Float64Array },
  weights: ReadonlyMap<string, Float64Array>,
): Check {
  const lateral = graph.laterals.get(id)!;
  const [source, target] = [graph.states.get(lateral.from)!.shape, graph.states.get(lateral.to)!.shape];
  const wanted = makes(placedLateral(lateral, source, target), activity, valuesOf(lateral, source, weights));
  return checkOf(`what ${id} adds to ${lateral.to} against the formula`, relativeError(written, wanted), tolerance);
}

/** A dense state is a map of one position. */
function placedLateral({ weights }: GraphLateral, source: Shape, target: Shape): PlacedOperation {
  if (weights.kind === "dense") return { operation: { kind: "dense" }, source, target };
  const map = (shape: Shape): Shape => (shape.length === 3 ? shape : [1, 1, shape[0]!]);
  const groups = weights.kind === "groups" ? source.at(-1)! / weights.size : 1;
  const kernel = weights.kind === "conv2d" ? weights.kernel : ([1, 1] as const);
  return { operation: { kind: "conv2d", kernel, groups }, source: map(source), target: map(target) };
}

function valuesOf(
  { id, weights, from, to }: GraphLateral,
  source: Shape,
  learned: ReadonlyMap<string, Float64Array>,
): Float64Array {
  switch (weights.kind) {
    case "groups": {
      const { size, excite, inhibit } = weights;
      const channels = source.at(-1)!;
      return Float64Array.from({ length: size * channels }, (_, k) =>
        Math.floor(k / channels) === (k % channels) % size ? excite : -inhibit,
      );
    }
    case "matrix":
      return Float64Array.from(weights.values.flat());
    case "dense":
    case "conv2d": {
      const values = learned.get(id)!;
      return from === to ? values.map((value, k) => (drivesItself(weights, source, k) ? 0 : value)) : values;
    }
    default:
      return weights satisfies never;
  }
}

/** Whether a weight of a learned synapse within a state joins an entry with itself. */
export function drivesItself(
  weights: Extract<GraphLateral["weights"], { readonly kind: "dense" | "conv2d" }>,
  source: Shape,
  k: number,
): boolean {
  if (weights.kind === "dense") {
    const n = source.reduce((product, extent) => product * extent, 1);
    return Math.floor(k / n) === k % n;
  }
  const [rows, columns] = weights.kernel;
  const n = source.at(-1)!;
  const centre = Math.floor((rows - 1) / 2) * columns + Math.floor((columns - 1) / 2);
  return Math.floor(k / n / n) === centre && Math.floor(k / n) % n === k % n;
}
