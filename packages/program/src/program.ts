/**
 * The Program: what the compiler hands to an engine. Backend-neutral instructions on values (each assigned once), in
 * phases that read buffers when they start and write them when they end.
 */
import type { LearningSchedule } from "./learning-schedule.ts";
import type { Relation } from "./relation.ts";
import type { ScalarExpression } from "./scalar-expression.ts";
import type { ValueType } from "./value-type.ts";

declare const brand: unique symbol;
/** Index into a phase's values. */
export type ValueId = number & { readonly [brand]: "ValueId" };
/** Name of a buffer, e.g. `W1`, `bias:e0`, `z1`, `noise:z4`. */
export type BufferId = string & { readonly [brand]: "BufferId" };

/**
 * What a buffer is for, and so who writes it and how long it lives.
 * - `parameter`: learned; in checkpoints. - `moment`: a step rule's memory; in checkpoints.
 * - `accumulator`: sums over samples between updates; `apply` sets it back to zero.
 * - `state`: lives through one settle, one entry per sample. - `readout`: results of `readout`, one entry per sample.
 * - `input`: given by the host for each run (data, masks, learning rate, sample count), or fixed
 *   numbers of the circuit, which are its default.
 * - `noise`: given by the host: independent standard normal numbers drawn from `stream`.
 */
export type BufferRole = "parameter" | "moment" | "accumulator" | "state" | "readout" | "input" | "noise";

/** How the host fills a parameter or moment before the first update. */
export type InitialLaw =
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "constant"; readonly value: number }
  /**
   * A pattern on the last two axes: `diagonal` where the two indices are equal, `below` where the first is larger,
   * `above` where it is smaller. Where there are more columns than rows (channels in groups), the square repeats.
   */
  | { readonly kind: "matrix"; readonly diagonal: number; readonly below: number; readonly above: number }
  /** As many numbers as the buffer holds, row-major. */
  | { readonly kind: "values"; readonly values: readonly number[] }
  /** 1 in so many places, chosen by chance, and 0 elsewhere. The run's seed chooses where none is given. */
  | { readonly kind: "mask"; readonly ones: number; readonly seed?: number }
  /** By a law, times what a mask of the stream holds. */
  | { readonly kind: "masked"; readonly law: InitialLaw; readonly mask: InitialLaw; readonly maskStream: string };

export interface Buffer {
  readonly id: BufferId;
  readonly role: BufferRole;
  readonly type: ValueType;
  /** Parameters and moments: what they hold before the first update. Inputs without a batch: the default. */
  readonly initial?: InitialLaw;
  /** Noise and parameters: the stream their random numbers come from. */
  readonly stream?: string;
  /** What it is, for people: "weights of W1". */
  readonly description: string;
}

export type Instruction =
  /**
   * One side of a relation from the two others. `post` and `pre` are per sample; `weight` is summed over samples. For
   * fixed weights `weight` is absent.
   */
  | {
      readonly kind: "contract";
      readonly out: ValueId;
      /** Index into `program.relations`. */
      readonly relation: number;
      readonly produce: "post" | "pre" | "weight";
      readonly pre?: ValueId;
      readonly post?: ValueId;
      readonly weight?: ValueId;
    }
  /** Entry by entry; operands broadcast (see `broadcastType`). The value's declared type is the result's. */
  | {
      readonly kind: "map";
      readonly out: ValueId;
      readonly expression: ScalarExpression;
      readonly operands: readonly ValueId[];
    }
  /** Sum or maximum over `axes` of the shape, and over the samples if `batch`. `keep` leaves reduced axes as 1. */
  | {
      readonly kind: "reduce";
      readonly out: ValueId;
      readonly operation: "sum" | "max";
      readonly operand: ValueId;
      readonly axes: readonly number[];
      readonly batch: boolean;
      readonly keep: boolean;
    }
  /** Softmax over the last axis. */
  | { readonly kind: "softmax"; readonly out: ValueId; readonly operand: ValueId }
  /**
   * A max pool, channel by channel. Every post position has a place among the pre positions it meets: where `by` is
   * largest, the first of equals in row-major order (a NaN counts as largest). `produce: "post"` takes the entry of `of`
   * at that place (so `of` = `by` is the max pool itself); `produce: "pre"`, its adjoint, adds the entry of `of` to that
   * place. The relation's weights are fixed and stand for nothing here.
   */
  | {
      readonly kind: "max-pool";
      readonly out: ValueId;
      readonly relation: number;
      readonly produce: "post" | "pre";
      /** Of the shape of pre. */
      readonly by: ValueId;
      /** Of the shape of pre to produce post, of post to produce pre. */
      readonly of: ValueId;
    }
  /**
   * The inverse of a lower triangular matrix `[…, n, n]`, all other axes 1, the same for all samples. What stands above
   * the diagonal is not read, and is 0 in the result.
   */
  | { readonly kind: "triangular-inverse"; readonly out: ValueId; readonly operand: ValueId };

export interface Value {
  readonly type: ValueType;
  /** What it is in the circuit's words: `μ(e0)`, `φ(z1)`. For printing only. */
  readonly label?: string;
}

/** A straight-line piece of the Program. All reads happen before the first instruction, all writes after the last. */
export interface Phase {
  readonly values: readonly Value[];
  readonly reads: readonly { readonly value: ValueId; readonly buffer: BufferId }[];
  readonly instructions: readonly Instruction[];
  readonly writes: readonly { readonly buffer: BufferId; readonly value: ValueId }[];
}

/**
 * - `start`: states from data, noise and projection. - `step`: one correction of all states.
 * - `readout`: predictions, errors and discrepancies of the states as they stand.
 * - `accumulate`: adds the batch's sums to the accumulators (after `readout`).
 * - `stability`: one turn of power iteration on the motion of the states, linearised where they stand.
 * - `restrain`: how growth depends on the weights (after `stability`); empty where λmax is not bounded.
 * - `apply`: one update of the parameters from the accumulators; has no batch.
 */
export const phaseNames = ["start", "step", "readout", "accumulate", "stability", "restrain", "apply"] as const;
export type PhaseName = (typeof phaseNames)[number];

/** What an observed node does during a settle. */
export type Mode = "clamped" | "released" | "free" | "masked";

export interface Program {
  readonly format: "settle-program";
  readonly version: 1;
  readonly circuit: { readonly name: string; readonly hash: string };
  readonly states: readonly { readonly id: string; readonly buffer: BufferId }[];
  /**
   * Observed nodes: what feeds them, and the buffers their data (and mask, if masked) go into; absent when free. A field
   * of another shape but the same size fits: it is read row-major (an image into a dense state).
   */
  readonly observed: readonly {
    readonly state: string;
    /** Name of the field of a data set that feeds it: `image`, `label`, … */
    readonly field: string;
    readonly mode: Mode;
    readonly data?: BufferId;
    readonly mask?: BufferId;
  }[];
  /** Error nodes and the readout buffers of each; `discrepancy` is one number per sample. */
  readonly errors: readonly {
    readonly id: string;
    readonly target: string;
    readonly prediction: BufferId;
    readonly error: BufferId;
    readonly discrepancy: BufferId;
    /** Whether its predictions are probabilities (its output is the sigmoid), and so judged by their cross-entropy. */
    readonly probabilities?: true;
  }[];
  /** Per-sample record of the settle (state buffers of shape `[]`), or absent if compiled without. */
  readonly monitor?: Monitor;
  /** How to measure stability, or absent if the phase is empty. */
  readonly stability?: Stability;
  readonly settle: {
    readonly steps: number;
    /** Whether the readout comes before the last step: its errors are those that step was made with. Default false. */
    readonly staleErrors?: boolean;
  };
  readonly learn: {
    readonly batch: number;
    readonly rate: number;
    /** Scalar inputs of `apply`: the learning rate and the number of samples accumulated. */
    readonly rateInput: BufferId;
    readonly countInput: BufferId;
    /** How a training changes the rate; absent where it does not. The host multiplies. */
    readonly schedule?: LearningSchedule;
    /** Keeps settling stable, or absent. */
    readonly stable?: StableBound;
  };
  readonly relations: readonly Relation[];
  readonly buffers: readonly Buffer[];
  readonly phases: Readonly<Record<PhaseName, Phase>>;
}

/**
 * Buffers of the stability phase. Give the directions random numbers, then run the phase some times: `growth` tends to
 * β·λmax, the largest eigenvalue of −∂(β d)/∂z in size, per sample. Settling is stable while it is below `range`.
 */
export interface Stability {
  readonly growth: BufferId;
  readonly directions: readonly { readonly state: string; readonly buffer: BufferId }[];
  /** The largest β of the circuit: λmax is growth / rate. */
  readonly rate: number;
  /** What β·λmax must stay below, by the integrator; absent where steps adapt themselves. 2 for Euler steps. */
  readonly range?: number;
  /** Where β is found while learning. */
  readonly auto?: AutoRate;
}

/** β as `margin` · range/λmax, estimated every so many updates. */
export interface AutoRate {
  /** Scalar parameter that holds β; `rate` is what it begins with. The host writes it. */
  readonly buffer: BufferId;
  readonly margin: number;
  readonly every: number;
}

/**
 * A bound on λmax. Where an estimate, made every so many updates, exceeds it, the host chooses the fastest sample, has
 * `restrain` differentiate its β·λmax, and moves the weights against that gradient until, to first order, it is β·bound.
 */
export interface StableBound {
  readonly bound: number;
  readonly every: number;
  /** Input of `restrain`, one number per sample: 1 where its growth counts, else 0. */
  readonly chosen: BufferId;
  /** The weights that learn, and the accumulators that `restrain` writes the gradient by each into. */
  readonly weights: readonly { readonly buffer: BufferId; readonly gradient: BufferId }[];
}

/** Buffers the step phase keeps about each sample. */
export interface Monitor {
  /** 0 running, 1 settled, 2 diverged. A settled sample is frozen. */
  readonly status: BufferId;
  /** The step (1-based) at which the status last changed; 0 while running. */
  readonly statusStep: BufferId;
  /** Total discrepancy of the states before the latest step. */
  readonly discrepancy: BufferId;
  /** Where steps have a size of their own: how far each sample has come, in Euler steps. */
  readonly time?: BufferId;
}
