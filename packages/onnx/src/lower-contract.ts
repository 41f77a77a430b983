/**
 * A contraction as ONNX nodes: MatMul where there are no axes; Conv from the big to the small side and ConvTranspose back
 * where one filter is shared by all positions; otherwise the products of all taps, gathered where they belong.
 */
import { type Relation, type RelationAxis, sizeOf } from "@settle/program";
import { gatherRows, sumRows } from "./gather-rows.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { entriesOf, type IndexMap, indexMap } from "./index-map.ts";

export interface ContractOperands {
  /** What is given: the source activity for `post`, the error for `pre`. */
  readonly given: string;
  /** Name of the weights in Settle's own layout; undefined for fixed weights. */
  readonly weight: string | undefined;
  /** The builder of what does not change while settling: weights are turned there, once. */
  readonly outside: GraphBuilder;
}

/** @returns `[N, ...shape]` of the side that is left open */
export function lowerContract(
  builder: GraphBuilder,
  relation: Relation,
  produce: "post" | "pre",
  operands: ContractOperands,
): string {
  if (relation.weights.kind === "mean") return mean(builder, relation, produce, operands);
  if (relation.axes.length === 0 && relation.groups === 1) return matrixProduct(builder, relation, produce, operands);
  const [first] = relation.axes;
  const shared = relation.weights.kind !== "tensor" || relation.weights.shared;
  if (first !== undefined && shared && relation.axes.every((axis) => isConvolution(axis, first.big))) {
    return convolution(builder, relation, produce, first.big, operands);
  }
  return gathered(builder, relation, produce, operands);
}

/** What the last tap of the last position reaches past the big side: positive is padding, negative is left over. */
function beyond({ big, stride, taps, pad, pre, post }: RelationAxis): number {
  const [large, small] = big === "pre" ? [pre, post] : [post, pre];
  return stride * (small - 1) + taps - pad - large;
}

/** Whether Conv would make as many positions as there are: a whole stride left over would be one more. */
const isConvolution = (axis: RelationAxis, big: "pre" | "post"): boolean =>
  axis.big === big && axis.pad >= 0 && -beyond(axis) < axis.stride;

/** A sum of the taps, and what a post position gets or gives divided by the pre positions it meets. */
function mean(builder: GraphBuilder, relation: Relation, produce: "post" | "pre", operands: ContractOperands): string {
  const extents = relation.axes.map((axis) => axis.post);
  const shares = entriesOf(indexMap(relation), "post", extents).map((entries) => 1 / Math.max(1, entries.length));
  const share = builder.numbers(shares, [...extents, 1]);
  const total: Relation = { ...relation, weights: { kind: "fixed", value: 1 } };
  if (produce === "post") return builder.add("Mul", [lowerContract(builder, total, "post", operands), share]);
  const given = builder.add("Mul", [operands.given, share]);
  return lowerContract(builder, total, "pre", { ...operands, given });
}

function matrixProduct(
  builder: GraphBuilder,
  relation: Relation,
  produce: "post" | "pre",
  { given, weight, outside }: ContractOperands,
): string {
  const { preChannels, postChannels, preShape, postShape, weights } = relation;
  const wants = produce === "post" ? "pre-post" : "post-pre";
  const written = weights.kind === "tensor" ? weights.order : "pre-post";
  const rows = written === "pre-post" ? [preChannels, postChannels] : [postChannels, preChannels];
  const matrix = weight ?? builder.numbers(filled(rows, relation), rows);
  const turned = written === wants ? matrix : outside.add("Transpose", [matrix], { perm: [1, 0] });
  const [from, to] = produce === "post" ? [preShape, postShape] : [postShape, preShape];
  const flat = from.length === 1 ? given : builder.add("Reshape", [given, builder.ints([-1, sizeOf(from)])]);
  const product = builder.add("MatMul", [flat, turned]);
  return to.length === 1 ? product : builder.add("Reshape", [product, builder.ints([-1, ...to])]);
}

function convolution(
  builder: GraphBuilder,
  relation: Relation,
  produce: "post" | "pre",
  big: "pre" | "post",
  { given, weight, outside }: ContractOperands,
): string {
  const { axes, groups } = relation;
  const rank = axes.length;
  const filters = weightsForConvolution(outside, relation, big, weight);
  const attributes = {
    strides: axes.map((axis) => axis.stride),
    kernel_shape: axes.map((axis) => axis.taps),
    pads: [...axes.map((axis) => axis.pad), ...axes.map((axis) => Math.max(0, beyond(axis)))],
    group: groups,
  };
  const forth = Array.from({ length: rank }, (_, axis) => axis + 1);
  const channelsFirst = builder.add("Transpose", [given], { perm: [0, rank + 1, ...forth] });
  const toSmall = (produce === "post") === (big === "pre");
  const result = toSmall
    ? builder.add("Conv", [channelsFirst, filters], attributes)
    : builder.add("ConvTranspose", [channelsFirst, filters], {
        ...attributes,
        output_padding: axes.map((axis) => Math.max(0, -beyond(axis))),
      });
  return builder.add("Transpose", [result], { perm: [0, ...forth.map((axis) => axis + 1), 1] });
}

/** `[small channels, big channels of a group, ...taps]`, which serves Conv and ConvTranspose alike. */
function weightsForConvolution(
  builder: GraphBuilder,
  relation: Relation,
  big: "pre" | "post",
  weight: string | undefined,
): string {
  const { preChannels, postChannels, groups, axes, weights } = relation;
  const taps = axes.map((axis) => axis.taps);
  const [small, bigInGroup] =
    big === "pre" ? [postChannels, preChannels / groups] : [preChannels, postChannels / groups];
  if (weights.kind !== "tensor" || weight === undefined) {
    const shape = [small, bigInGroup, ...taps];
    return builder.numbers(filled(shape, relation), shape);
  }
  // [...taps, pre of the group, all post] first, whatever the order written.
  const last = taps.length;
  const taps0 = taps.map((_, axis) => axis);
  const ordered =
    weights.order === "pre-post" ? weight : builder.add("Transpose", [weight], { perm: [...taps0, last + 1, last] });
  if (big === "pre") return builder.add("Transpose", [ordered], { perm: [last + 1, last, ...taps0] });
  if (groups === 1) return builder.add("Transpose", [ordered], { perm: [last, last + 1, ...taps0] });
  const split = builder.ints([...taps, preChannels / groups, groups, postChannels / groups]);
  const apart = builder.add("Reshape", [ordered, split]);
  const grouped = builder.add("Transpose", [apart], { perm: [last + 1, last, last + 2, ...taps0] });
  return builder.add("Reshape", [grouped, builder.ints([preChannels, postChannels / groups, ...taps])]);
}

function filled(shape: readonly number[], { weights }: Relation): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(weights.kind === "fixed" ? weights.value : 0);
}

/**
 * Any index map: what every tap of every small position adds to the open side, `[N, positions · taps, channels]`, then for
 * each open position the sum of those that reach it.
 */
function gathered(
  builder: GraphBuilder,
  relation: Relation,
  produce: "post" | "pre",
  { given, weight, outside }: ContractOperands,
): string {
  const { axes, preChannels, postChannels, groups, preShape, postShape } = relation;
  const [fromChannels, toChannels, toShape] =
    produce === "post" ? [preChannels, postChannels, postShape] : [postChannels, preChannels, preShape];
  const [from, to] = produce === "post" ? (["pre", "post"] as const) : (["post", "pre"] as const);
  const map = indexMap(relation);
  const { positions, taps } = map;
  const places = sizeOf(axes.map((axis) => axis[from]));

  const flat = builder.add("Reshape", [given, builder.ints([-1, places, fromChannels])]);
  const reached = gatherRows(
    builder,
    flat,
    places,
    map[from].map((place) => (place < 0 ? [] : [place])),
  );
  const grouped = builder.add("Reshape", [reached, builder.ints([-1, positions, taps, groups, fromChannels / groups])]);
  const filters = weightsByTap(outside, relation, map, weight);
  // p positions, t taps, g groups, i channels of pre, o of post; weights [p, t, g, i, o].
  const equation = produce === "post" ? "nptgi,ptgio->nptgo" : "nptgo,ptgio->nptgi";
  const products = builder.add("Einsum", [grouped, filters], { equation });
  const rows = builder.add("Reshape", [products, builder.ints([-1, positions * taps, toChannels])]);
  const sum = sumRows(
    builder,
    rows,
    positions * taps,
    entriesOf(
      map,
      to,
      axes.map((axis) => axis[to]),
    ),
  );
  return builder.add("Reshape", [sum, builder.ints([-1, ...toShape])]);
}

/** `[positions, taps, groups, pre of the group, post of the group]`. */
function weightsByTap(
  builder: GraphBuilder,
  relation: Relation,
  { positions, taps }: IndexMap,
  weight: string | undefined,
): string {
  const { preChannels, postChannels, groups, weights } = relation;
  const [pre, post] = [preChannels / groups, postChannels / groups];
  const shape = [positions, taps, groups, pre, post];
  if (weights.kind !== "tensor" || weight === undefined) return builder.numbers(filled(shape, relation), shape);
  const places = weights.shared ? 1 : positions;
  const channels = weights.order === "pre-post" ? [pre, groups, post] : [groups, post, pre];
  const apart = builder.add("Reshape", [weight, builder.ints([places, taps, ...channels])]);
  const perm = weights.order === "pre-post" ? [0, 1, 3, 2, 4] : [0, 1, 2, 4, 3];
  const turned = builder.add("Transpose", [apart], { perm });
  return weights.shared ? builder.add("Expand", [turned, builder.ints(shape)]) : turned;
}
