/**
 * A Program as loops. A *lane group* is `lanes` samples side by side: a batched array holds, for each of its elements,
 * one number per lane, and every kernel is scalar code over those vectors. One group goes through a whole schedule
 * before the next, so that its arrays stay in cache.
 *
 * Nothing here knows a machine: emitters turn kernels into C or WebAssembly, and an interpreter runs them in tests.
 */
import type { BufferId, PhaseName, ScalarExpression } from "@settle/program";

/**
 * Where an array lives.
 * - `group`: one per lane group, `[elements][lanes]`, kept between runs of a batch: states, readouts, inputs, noise.
 * - `temporary`: one per thread, `[elements][lanes]`: values inside a phase; storage is shared where lives do not overlap.
 * - `shared`: one for all, `[elements]`: parameters, moments, accumulators, packed weights, scalar inputs.
 * - `partial`: one per lane group, `[elements]`: what the group adds to a sum over samples. After all groups of a run are
 *   done, the engine adds the groups' partials up in order of group (see `PhasePlan.merges`).
 */
export type Space = "group" | "temporary" | "shared" | "partial";

export interface KernelArray {
  readonly id: string;
  readonly space: Space;
  readonly elements: number;
  /** First number of the array in its space, in numbers; in lane spaces a multiple of `lanes`. */
  readonly offset: number;
  /** The Program's buffer it holds, if it holds one. */
  readonly buffer?: BufferId;
}

/** Index into `plan.arrays`. */
export type ArrayIndex = number;

/** Which entry of an array belongs to element i: ⌊i / divide⌋ mod modulo. Same element: 1 and the array's own size. */
export interface ElementMap {
  readonly divide: number;
  readonly modulo: number;
}

/** Something an element's arithmetic reads: an array entry, or the result of the contraction it is fused with. */
export type KernelOperand =
  { readonly kind: "array"; readonly array: ArrayIndex; readonly map: ElementMap } | { readonly kind: "contraction" };

/**
 * What is done with every element. Arguments of the expressions are the operands, then the values of the lets before.
 * Sums add a value over all elements of the kernel, per lane, into element 0 of an array (set, not added to).
 */
export interface ElementWork {
  readonly operands: readonly KernelOperand[];
  readonly lets: readonly ScalarExpression[];
  readonly stores: readonly { readonly array: ArrayIndex; readonly let: number }[];
  readonly sums: readonly { readonly array: ArrayIndex; readonly let: number }[];
}

/**
 * Output positions on one axis that see the same taps: first, first + step, … For the i-th of them, tap k reads input
 * position `taps[k].input + i · inputStep`. Every position of the axis is in exactly one segment; no read is outside.
 */
export interface Segment {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly inputStep: number;
  readonly taps: readonly { readonly tap: number; readonly input: number }[];
}

/**
 * One side of a relation from another and its weights, on a lane group:
 * out[y, x, o] = Σ taps, channels of in[y′, x′, i] · weights[tap, i, o].
 * Maps without axes have one row and one column.
 */
export interface ContractKernel {
  readonly kind: "contract";
  readonly label: string;
  readonly input: ArrayIndex;
  /** `[tap rows · tap columns][input channels][output channels]`, shared. */
  readonly weights: ArrayIndex;
  readonly rows: readonly Segment[];
  readonly columns: readonly Segment[];
  readonly tapColumns: number;
  readonly inputColumns: number;
  readonly outputRows: number;
  readonly outputColumns: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Element i is output channel i mod outputChannels at position ⌊i / outputChannels⌋, row-major. */
  readonly work: ElementWork;
}

/**
 * What an index of an output meets on one axis: part of the number of the input position, part of the number of the
 * filter, and a factor of the weight where that is fixed. Numbers of the two axes add up, factors multiply.
 */
export interface Meeting {
  readonly input: number;
  readonly filter: number;
  readonly factor: number;
}

/** By index of the output on the axis; in order of input. */
export type AxisMeetings = readonly (readonly Meeting[])[];

/** Each filter of an axis with the positions it joins; numbers of the two axes add up. */
export type TapMeetings = readonly {
  readonly filter: number;
  readonly pairs: readonly { readonly pre: number; readonly post: number }[];
}[];

/** Where a filter's numbers are: `filter · size + group · … + input channel of the group · … + output channel · …`. */
export interface FilterStrides {
  readonly size: number;
  readonly group: number;
  readonly input: number;
  readonly output: number;
}

/**
 * A contraction without a form of its own: channels in groups, filters of each position's own, or fixed weights.
 * out[q, o] = Σ meetings, channels i of o's group of in[p, i] · weight. Element i is as in a `ContractKernel`.
 */
export interface IndexedContractKernel {
  readonly kind: "indexed-contract";
  readonly label: string;
  readonly input: ArrayIndex;
  /** Shared; absent where weights are the product of the meetings' factors. */
  readonly weights?: { readonly array: ArrayIndex; readonly strides: FilterStrides };
  readonly rows: AxisMeetings;
  readonly columns: AxisMeetings;
  readonly outputRows: number;
  readonly outputColumns: number;
  readonly groups: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly work: ElementWork;
}

/** The filter gradient of such a contraction, summed over the samples of a group, into a partial. */
export interface IndexedGradientKernel {
  readonly kind: "indexed-gradient";
  readonly label: string;
  readonly pre: ArrayIndex;
  readonly post: ArrayIndex;
  readonly rows: TapMeetings;
  readonly columns: TapMeetings;
  readonly groups: number;
  readonly preChannels: number;
  readonly postChannels: number;
  /** `input` is the pre side's. */
  readonly strides: FilterStrides;
  readonly output: ArrayIndex;
}

/**
 * A max pool or its adjoint, channel by channel. Of the positions that window (row, column) meets, the first where `by`
 * is largest is its place (a NaN counts as largest). To produce post: output[window] = of[place]. To produce pre: output
 * is 0, then output[place] += of[window].
 */
export interface MaxPoolKernel {
  readonly kind: "max-pool";
  readonly label: string;
  readonly produce: "post" | "pre";
  readonly by: ArrayIndex;
  readonly of: ArrayIndex;
  readonly rows: AxisMeetings;
  readonly columns: AxisMeetings;
  readonly channels: number;
  readonly output: ArrayIndex;
}

/** Entry-by-entry arithmetic on a lane group. */
export interface MapKernel {
  readonly kind: "map";
  readonly label: string;
  readonly elements: number;
  readonly work: ElementWork;
}

/** Softmax over the last `channels` elements of each position, on a lane group. */
export interface SoftmaxKernel {
  readonly kind: "softmax";
  readonly label: string;
  readonly input: ArrayIndex;
  readonly output: ArrayIndex;
  readonly positions: number;
  readonly channels: number;
}

/**
 * The filter gradient, summed over the samples of a group: weights[tap, a, b] = Σ positions, lanes first[·, a] ·
 * second[·, b], into a partial. Lanes beyond the last sample do not count.
 */
export interface GradientKernel {
  readonly kind: "gradient";
  readonly label: string;
  /** Arrays of the two sides; the result's last axes are their channels in this order. */
  readonly first: ArrayIndex;
  readonly second: ArrayIndex;
  readonly firstColumns: number;
  readonly secondColumns: number;
  readonly firstChannels: number;
  readonly secondChannels: number;
  /** For each tap on each axis, the pairs of positions (first, second) it joins: starts, steps and how many. */
  readonly rows: readonly PositionRun[];
  readonly columns: readonly PositionRun[];
  /** `[tap rows][tap columns][first channels][second channels]`. */
  readonly output: ArrayIndex;
}

export interface PositionRun {
  readonly first: number;
  readonly firstStep: number;
  readonly second: number;
  readonly secondStep: number;
  readonly count: number;
}

/** Sum over the samples of a group and over all positions: one number per channel, into a partial. */
export interface LaneSumKernel {
  readonly kind: "lane-sum";
  readonly label: string;
  readonly input: ArrayIndex;
  readonly positions: number;
  readonly channels: number;
  readonly output: ArrayIndex;
}

/** Work on a lane group. */
export type GroupKernel =
  | ContractKernel
  | IndexedContractKernel
  | MapKernel
  | SoftmaxKernel
  | MaxPoolKernel
  | GradientKernel
  | IndexedGradientKernel
  | LaneSumKernel;

/** What one axis adds to the place of element i in a smaller array: (⌊i / divide⌋ mod modulo) · multiply. */
export interface AxisTerm {
  readonly divide: number;
  readonly modulo: number;
  readonly multiply: number;
}

/** Work on shared arrays, done once and not per group. */
export type SharedKernel =
  /** Entry-by-entry arithmetic; sums are not used. */
  | { readonly kind: "shared-map"; readonly label: string; readonly elements: number; readonly work: ElementWork }
  /** Sum or maximum; element i of the input counts for element `map(i)` of the output. */
  | {
      readonly kind: "shared-reduce";
      readonly label: string;
      readonly operation: "sum" | "max";
      readonly input: ArrayIndex;
      readonly inputElements: number;
      readonly output: ArrayIndex;
      readonly outputElements: number;
      /** The output element of an input element: the sum of its terms. */
      readonly axes: readonly AxisTerm[];
    }
  /** The adjoint of such a sum: each element of the output is the element of the input that its terms add up to. */
  | {
      readonly kind: "shared-repeat";
      readonly label: string;
      readonly input: ArrayIndex;
      readonly output: ArrayIndex;
      readonly outputElements: number;
      readonly axes: readonly AxisTerm[];
    }
  /** Inverse of a lower triangular `[size][size]`; what stands above the diagonal is not read, and becomes 0. */
  | {
      readonly kind: "triangular-inverse";
      readonly label: string;
      readonly input: ArrayIndex;
      readonly output: ArrayIndex;
      readonly size: number;
    }
  /** `[taps][a][b]` → `[taps][b][a]`. */
  | {
      readonly kind: "transpose";
      readonly label: string;
      readonly input: ArrayIndex;
      readonly output: ArrayIndex;
      readonly taps: number;
      readonly rows: number;
      readonly columns: number;
    };

export interface PhasePlan {
  /** Before the groups, once per run: what depends on parameters alone. */
  readonly head: readonly SharedKernel[];
  /** For every group, in order. */
  readonly group: readonly GroupKernel[];
  /**
   * Numbers of those kernels that an engine may leave out where the phase is repeated on a group, temporaries untouched
   * in between: the time before has left what they would compute.
   */
  readonly carried?: readonly number[];
  /** After all groups: shared[i] = Σ over groups, in order of group, of partial[i]. */
  readonly merges: readonly { readonly partial: ArrayIndex; readonly shared: ArrayIndex }[];
  /** After the merges. */
  readonly tail: readonly SharedKernel[];
}

export interface KernelPlan {
  /** Samples in a group. */
  readonly lanes: number;
  readonly arrays: readonly KernelArray[];
  /** Numbers each space takes: per group, per thread, in all, per group. */
  readonly sizes: Readonly<Record<Space, number>>;
  readonly phases: Readonly<Record<PhaseName, PhasePlan>>;
}
