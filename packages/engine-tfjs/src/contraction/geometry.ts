/** A relation that is a two-dimensional convolution one way and its adjoint the other, in the terms of such a convolution. */
import type { Relation } from "@settle/program";

/** small · stride + tap − pad = big, on one axis. */
export interface ConvolutionAxis {
  readonly stride: number;
  readonly taps: number;
  /** Padding before; may be negative. */
  readonly pad: number;
  readonly big: number;
  readonly small: number;
  /** The weights number the taps the other way round. */
  readonly flipped: boolean;
}

export interface ConvolutionGeometry {
  readonly bigSide: "pre" | "post";
  readonly axes: readonly [ConvolutionAxis, ConvolutionAxis];
  readonly bigChannels: number;
  readonly smallChannels: number;
  /** The last two axes of the weights are big, small; else small, big. */
  readonly bigFirst: boolean;
}

const absent: ConvolutionAxis = { stride: 1, taps: 1, pad: 0, big: 1, small: 1, flipped: false };

/** The convolution a relation is, or `undefined` where it is none: groups, unshared or fixed weights, mixed directions. */
export function convolutionGeometry(relation: Relation): ConvolutionGeometry | undefined {
  const { axes, groups, weights, preChannels, postChannels } = relation;
  if (axes.length < 1 || axes.length > 2 || groups !== 1) return undefined;
  if (weights.kind !== "tensor" || !weights.shared) return undefined;
  const strided = axes.filter(({ stride }) => stride > 1);
  const bigSide = strided[0]?.big ?? "pre";
  if (strided.some(({ big }) => big !== bigSide)) return undefined;
  const [first, second] = axes.map(({ big, stride, taps, pad, pre, post }): ConvolutionAxis => {
    const [bigExtent, smallExtent] = bigSide === "pre" ? [pre, post] : [post, pre];
    const flipped = big !== bigSide;
    // Without a stride either side may be called the big one: p = q + t − pad is q = p + (taps − 1 − t) − (taps − 1 − pad).
    return { stride, taps, pad: flipped ? taps - 1 - pad : pad, big: bigExtent, small: smallExtent, flipped };
  });
  return {
    bigSide,
    axes: [first ?? absent, second ?? absent],
    bigChannels: bigSide === "pre" ? preChannels : postChannels,
    smallChannels: bigSide === "pre" ? postChannels : preChannels,
    bigFirst: (weights.order === "pre-post") === (bigSide === "pre"),
  };
}

/** Padding after the last entry of the big side, so that the small side comes out as it is declared; may be negative. */
export function padAfter({ stride, taps, pad, big, small }: ConvolutionAxis): number {
  return (small - 1) * stride + taps - pad - big;
}

/** Whether the padding is the one TensorFlow calls SAME: as even as can be, the odd one after. */
export function isSamePadding(axis: ConvolutionAxis): boolean {
  const { stride, taps, pad, big, small } = axis;
  const total = Math.max((Math.ceil(big / stride) - 1) * stride + taps - big, 0);
  return small === Math.ceil(big / stride) && pad === Math.floor(total / 2);
}
