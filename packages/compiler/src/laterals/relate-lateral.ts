/** The relation of a lateral synapse, and how its weights begin. */
import type { InitialLaw, Relation, Shape } from "@settle/program";
import { sameShape, sizeOf } from "@settle/program";
import type { NormalLateral, Pair } from "../normalize/normal-circuit.ts";
import type { Misfit } from "../synapses/synapse-kind.ts";

/**
 * Maps meet channel by channel at every position (`groups`, `matrix`), or by a convolution of stride 1 that keeps their
 * extents; dense states, and `dense` weights of maps, unit by unit. Weights `[...taps, source, target]`.
 */
export function relateLateral(
  { id, from, to, weights }: NormalLateral,
  source: Shape,
  target: Shape,
): Relation | Misfit {
  if (weights.kind === "dense") return flat(source, target, 1);
  const isMap = source.length === 3;
  if (weights.kind === "conv2d" && !isMap) {
    return {
      code: "resolve/needs-map",
      field: "from",
      message: `Lateral synapse "${id}" is a conv2d, but "${from}" is not a map.`,
      help: "give the state a shape [height, width, channels], or make the synapse dense.",
    };
  }
  if (!sameShape(source.slice(0, -1), target.slice(0, -1))) {
    return {
      code: "resolve/lateral-shape",
      field: "to",
      message: `Lateral synapse "${id}" joins "${from}" [${source.join(", ")}] with "${to}" [${target.join(", ")}].`,
      help: "give both the same height and width, or make the synapse dense: it joins any two states of a layer.",
    };
  }
  const misfit = sizeMisfit(id, weights, source.at(-1)!, target.at(-1)!, isMap ? "channel" : "unit");
  if (misfit !== undefined) return misfit;
  const groups = weights.kind === "groups" ? source.at(-1)! / weights.size : 1;
  return isMap
    ? convolution(source, target, weights.kind === "conv2d" ? weights.kernel : [1, 1], groups)
    : flat(source, target, groups);
}

/** How the weights begin; those that do not learn stay so. */
export function lateralLaw({ weights }: NormalLateral): InitialLaw {
  switch (weights.kind) {
    case "groups": {
      const { excite, inhibit } = weights;
      return { kind: "matrix", diagonal: excite, below: -inhibit, above: -inhibit };
    }
    case "matrix":
      return { kind: "values", values: weights.values.flat() };
    case "dense":
    case "conv2d":
      return weights.initial;
    default:
      return weights satisfies never;
  }
}

const flat = (source: Shape, target: Shape, groups: number): Relation => ({
  preShape: source,
  postShape: target,
  axes: [],
  preChannels: sizeOf(source),
  postChannels: sizeOf(target),
  groups,
  weights: { kind: "tensor", order: "pre-post", shared: true },
});

const convolution = (source: Shape, target: Shape, kernel: Pair, groups: number): Relation => ({
  preShape: source,
  postShape: target,
  axes: kernel.map((taps, axis) => ({
    big: "pre",
    stride: 1,
    taps,
    pad: Math.floor((taps - 1) / 2),
    pre: source[axis]!,
    post: target[axis]!,
  })),
  preChannels: source[2]!,
  postChannels: target[2]!,
  groups,
  weights: { kind: "tensor", order: "pre-post", shared: true },
});

function sizeMisfit(
  id: string,
  weights: NormalLateral["weights"],
  sources: number,
  targets: number,
  unit: "unit" | "channel",
): Misfit | undefined {
  const code = "resolve/lateral-size";
  if (weights.kind === "groups") {
    if (sources !== targets) {
      const message = `Lateral synapse "${id}" groups ${sources} ${unit}s of its source with ${targets} of its target.`;
      return { code, field: "to", message, help: `give both states as many ${unit}s, or write a matrix.` };
    }
    if (sources % weights.size === 0) return undefined;
    return {
      code,
      field: "size",
      message: `Lateral synapse "${id}" has groups of ${weights.size}, which do not divide ${sources} ${unit}s.`,
      help: `choose a divisor of ${sources}: ${divisors(sources).join(", ")}.`,
    };
  }
  if (weights.kind !== "matrix") return undefined;
  const rows = weights.values.length;
  const odd = weights.values.findIndex((row) => row.length !== targets);
  if (rows === sources && odd < 0) return undefined;
  const found = rows === sources ? `row ${odd} has ${weights.values[odd]?.length} numbers` : `it has ${rows} rows`;
  return {
    code,
    field: "values",
    message: `Lateral synapse "${id}" joins ${sources} ${unit}s with ${targets}, but ${found}.`,
    help: `write ${sources} rows (one for each ${unit} of the source) of ${targets} numbers.`,
  };
}

const divisors = (n: number): readonly number[] =>
  Array.from({ length: n }, (_, index) => index + 1).filter((d) => n % d === 0);
