/** A circuit with nothing left to fill in: every field said, every shorthand gone, feedback an edge of its own. */
import type { InitialLaw, LearningSchedule, Shape } from "@settle/program";
import type { ActivationSpec, OutputSpec, SynapseKindName } from "@settle/spec";

/** An activation as an object, its parameters included. */
export type NormalActivation = Exclude<ActivationSpec, string>;
/** The output of an error node: an activation, or softmax. */
export type NormalOutput = Exclude<OutputSpec, string>;

export interface Leak {
  readonly rate: number;
  readonly scaled: boolean;
}

/** β of a state: a number, or found while learning. */
export type Rate = number | "auto";

export interface NormalState {
  readonly id: string;
  /** As written; resolve infers what is left out. */
  readonly shape?: Shape;
  /** Channels of a map whose extents follow from its synapses. */
  readonly channels?: number;
  readonly activation: NormalActivation;
  readonly derivative: boolean;
  /** β, or `auto`: what `settle.auto` makes of λmax. */
  readonly rate: Rate;
  readonly leak: Leak;
  readonly prior: { readonly kind: "none" | "laplace" | "gaussian" | "cauchy" | "exp"; readonly strength: number };
  readonly initial: InitialLaw;
  readonly observed?: { readonly data: string };
}

export interface NormalPrecision {
  readonly kind: "scalar" | "diagonal" | "channel" | "full";
  /** Standard deviation(s), the first ones where they are learned: one for all, or a list. */
  readonly sigma: readonly number[];
  /** Σ of a full precision, in place of `sigma`. */
  readonly covariance?: readonly (readonly number[])[];
  readonly apply: "whiten" | "weigh";
  /** Whether it follows the covariance of the errors, and the least variance it may come to. */
  readonly learn?: { readonly floor: number };
}

export interface NormalError {
  readonly id: string;
  readonly target: string;
  readonly compares: "state" | "activity";
  readonly output: NormalOutput;
  readonly bias?: NormalBias;
  readonly precision?: NormalPrecision;
}

export interface NormalBias {
  readonly initial: InitialLaw;
  readonly learning: NormalLearning;
}

export type Pair = readonly [number, number];

/** Kinds of what one relation does. */
export type OperationKind = Exclude<SynapseKindName, "block">;

/** What determines a relation between two shapes. */
export interface NormalOperation {
  readonly kind: OperationKind;
  /** Taps `[height, width]`: of a filter, of a pool's window, of what upsampling repeats; absent for dense. */
  readonly kernel?: Pair;
  readonly stride?: Pair;
  readonly padding?: "same" | "valid";
  /** Channels meet only inside their group; absent for one group. */
  readonly groups?: number;
  /** Filters of each position's own. */
  readonly local?: true;
  /** What a pool makes of a window. */
  readonly operation?: "average" | "max";
}

/** Fixed sparsity: 1 where a weight is, given; or so many by chance, by the run's seed unless it has its own. */
export type NormalMask =
  | { readonly kind: "values"; readonly values: readonly number[] }
  | { readonly kind: "random"; readonly density: number; readonly seed?: number };

/** How a tensor of weights begins, learns and is bounded. */
export interface NormalTensor {
  readonly initial: InitialLaw;
  readonly learning: NormalLearning;
  readonly constraint: NormalConstraint;
  readonly mask?: NormalMask;
}

/** How one parameter learns. */
export interface NormalLearning {
  /** Whether it learns at all. */
  readonly learns: boolean;
  readonly rule: NormalRule;
  /** Times the circuit's rate. */
  readonly rateFactor: number;
  /** Decoupled weight decay: an update takes rate · decay of the parameter away. */
  readonly decay: number;
}

/** The weights an error goes back through: those of the generative twin, or a learned tensor. */
export type ErrorWeights =
  { readonly kind: "tied" } | { readonly kind: "separate"; readonly lambda: number; readonly initial: InitialLaw };

/** One operation of a block, then its pool, its activation, its upsampling. */
export interface NormalStage extends NormalOperation, NormalTensor {
  /** `R1/0`: the block's id and the stage's place. */
  readonly id: string;
  /** What the operation makes: its shape, or its channels (units, if dense), if written. */
  readonly shape?: Shape;
  readonly channels?: number;
  readonly pool?: NormalOperation;
  readonly activation: NormalActivation;
  readonly upsample?: NormalOperation;
  readonly errorWeights: ErrorWeights;
}

export interface NormalSkip {
  readonly kind: "none" | "identity" | "projection" | "resize";
  readonly feedback: boolean;
  /** Of a projection. */
  readonly tensor?: NormalTensor & { readonly id: string; readonly errorWeights: ErrorWeights };
}

export interface NormalBlock {
  readonly stages: readonly NormalStage[];
  readonly skip: NormalSkip;
  readonly credit: "lra" | "backprop";
  readonly poolBypass: "nearest" | "argmax";
}

export interface NormalSynapse extends Omit<NormalOperation, "kind">, NormalTensor {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind: SynapseKindName;
  readonly coefficient: number;
  /** Synapse whose tensor it uses in place of one of its own. */
  readonly weights?: string;
  /** Of a block; its own tensor fields are what its stages take over. */
  readonly block?: NormalBlock;
}

/** An error synapse: the road of an error back to a source of its prediction. */
export interface NormalErrorSynapse {
  /** Id of the generative synapse whose road it runs back. */
  readonly twin: string;
  /** Error node it starts from, and state it corrects. */
  readonly from: string;
  readonly to: string;
  /** Of a block: what its stages take over. */
  readonly weights: ErrorWeights;
}

/** What the weights of a lateral synapse learn. */
export type NormalFollows = { readonly kind: "residual" } | { readonly kind: "anti-hebbian"; readonly target: number };

/** From a state to a state of the same layer, perhaps itself. */
export interface NormalLateral {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly weights:
    | { readonly kind: "groups"; readonly size: number; readonly excite: number; readonly inhibit: number }
    | { readonly kind: "matrix"; readonly values: readonly (readonly number[])[] }
    | ({ readonly kind: "dense" } & LearnedLateral)
    | ({ readonly kind: "conv2d"; readonly kernel: Pair } & LearnedLateral);
}

export interface LearnedLateral {
  readonly initial: InitialLaw;
  readonly follows: NormalFollows;
  readonly learns: boolean;
  readonly constraint: NormalConstraint;
}

export type NormalConstraint =
  | { readonly kind: "none" }
  | { readonly kind: "max-norm"; readonly over: "kernel" | "source" | "target"; readonly bound: number };

/** A bound on λmax of the whole circuit, checked every so many updates. */
export interface NormalStable {
  readonly bound: number;
  readonly every: number;
}

export type NormalIntegrator =
  | { readonly kind: "euler" | "heun" | "rk4" }
  | { readonly kind: "momentum"; readonly factor: number; readonly nesterov: boolean }
  | { readonly kind: "adaptive"; readonly tolerance: number; readonly initial: number; readonly largest: number };

export type NormalRule =
  | { readonly kind: "adam"; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | { readonly kind: "sgd" }
  | { readonly kind: "momentum" | "nag"; readonly factor: number }
  | { readonly kind: "normalized"; readonly epsilon: number };

export type NormalSchedule = LearningSchedule;

export interface NormalSettle {
  readonly steps: number;
  readonly integrator: NormalIntegrator;
  readonly start: "projection" | "initial";
  /** β of the states whose rate is `auto`: `margin` · range/λmax, estimated every so many updates; `initial` before. */
  readonly auto?: { readonly margin: number; readonly every: number; readonly initial: number };
  readonly tolerance?: number;
  readonly patience: number;
  /** Whether errors are those of the final states, or those the last correction was made with. */
  readonly errors: "fresh" | "stale";
}

export interface NormalLearn {
  readonly stable?: NormalStable;
  readonly rate: number;
  readonly schedule: NormalSchedule;
  /** Of what has no rule of its own: lateral weights and precisions. */
  readonly rule: NormalRule;
  readonly batch: number;
}

/** Where a field's value comes from. */
export type Origin =
  /** The user wrote it here, for this part or for all of its kind (`/defaults/…`, `/settle/rate`). */
  | { readonly kind: "written"; readonly pointer: string }
  /** The language's own default. */
  | { readonly kind: "default" };

/** Parts are in order of id, so that nothing later depends on the order of the file. */
export interface NormalCircuit {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly sources: readonly string[];
  readonly states: readonly NormalState[];
  readonly errors: readonly NormalError[];
  readonly synapses: readonly NormalSynapse[];
  readonly errorSynapses: readonly NormalErrorSynapse[];
  readonly laterals: readonly NormalLateral[];
  readonly settle: NormalSettle;
  readonly learn: NormalLearn;
  /** By JSON pointer of the field as if it were written in its own place: `/states/z1/rate`. */
  readonly origins: ReadonlyMap<string, Origin>;
}
