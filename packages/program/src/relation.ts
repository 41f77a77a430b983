/**
 * A synapse is one bilinear relation between its source activity (*pre*), its weights and what it predicts (*post*):
 *
 *     post[q, o] = Σ over taps t, channels i of  pre[p, i] · weight[t, i, o]      with big = stride · small + t − pad
 *
 * on every spatial axis, where *big* and *small* are p and q in the order the axis names. Leaving *pre* open gives the
 * feedback (the adjoint), leaving *weight* open the filter gradient; so one description serves prediction, feedback and
 * learning. A position outside its map contributes nothing.
 */
import type { Shape } from "./value-type.ts";

/** One spatial axis of the index map. */
export interface RelationAxis {
  /** The side whose index is stride · small + tap − pad: `pre` for a convolution, `post` for a deconvolution. */
  readonly big: "pre" | "post";
  readonly stride: number;
  readonly taps: number;
  /** Padding before the first entry of the big side. */
  readonly pad: number;
  /** Extent of the source. */
  readonly pre: number;
  /** Extent of the target. */
  readonly post: number;
}

export interface Relation {
  /** The source tensor. With no axes it is read as one flat vector, row-major; else `[...pre extents, preChannels]`. */
  readonly preShape: Shape;
  readonly postShape: Shape;
  readonly axes: readonly RelationAxis[];
  readonly preChannels: number;
  readonly postChannels: number;
  /**
   * Channels meet only inside their group; 1 is dense, `preChannels` is depthwise. Pre channel i belongs to group
   * ⌊i · groups / preChannels⌋, post channel likewise.
   */
  readonly groups: number;
  readonly weights: RelationWeights;
}

/** Layout of a weight tensor: `[...small extents if not shared, ...taps, first, second]`. */
export type RelationWeights =
  /**
   * A tensor. `order` names the last two axes. With groups, the *pre* axis holds `preChannels / groups` entries (the
   * index within the group) and the *post* axis all `postChannels`. `shared: false` (locally connected) has one filter
   * per position of the small side.
   */
  | { readonly kind: "tensor"; readonly order: "pre-post" | "post-pre"; readonly shared: boolean }
  /** Every tap weighs the same constant (upsampling). */
  | { readonly kind: "fixed"; readonly value: number }
  /** Every tap of a post position weighs one over the pre positions it meets (average pooling): padding does not count. */
  | { readonly kind: "mean" };

/** Whether the relation multiplies by a tensor: else its weights are fixed. */
export const hasTensor = ({ weights }: Relation): boolean => weights.kind === "tensor";

/** Shape of the weight tensor; `[]` for fixed weights. */
export function weightShape(relation: Relation): Shape {
  if (relation.weights.kind !== "tensor") return [];
  const taps = relation.axes.map((axis) => axis.taps);
  const positions = relation.weights.shared
    ? []
    : relation.axes.map((axis) => (axis.big === "pre" ? axis.post : axis.pre));
  const pre = relation.preChannels / relation.groups;
  const post = relation.postChannels;
  return [...positions, ...taps, ...(relation.weights.order === "pre-post" ? [pre, post] : [post, pre])];
}

/**
 * Multiply-adds of one sample for one of the three contractions, taps on the padding counted.
 *
 * The count every published figure uses: (positions of the small side) × taps × channel pairs.
 */
export function multiplyAdds(relation: Relation): number {
  let count = (relation.preChannels * relation.postChannels) / relation.groups;
  for (const axis of relation.axes) count *= axis.taps * (axis.big === "pre" ? axis.post : axis.pre);
  return count;
}
