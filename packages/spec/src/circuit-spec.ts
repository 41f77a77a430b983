/** A circuit as a user writes it. */

/** `"tanh"` is short for `{ "kind": "tanh" }`. */
export type ActivationSpec =
  | ActivationKind
  | { readonly kind: Exclude<ActivationKind, "leaky-relu" | "elu"> }
  | { readonly kind: "leaky-relu"; readonly slope?: number }
  | { readonly kind: "elu"; readonly alpha?: number }
  | {
      readonly kind: "custom";
      /** In x: `"max(x, 0.2*x)"`. */
      readonly expression: string;
      /** In x; derived from the expression if left out. */
      readonly derivative?: string;
    };

export type ActivationKind =
  | "identity"
  | "relu"
  | "leaky-relu"
  | "elu"
  | "selu"
  | "gelu"
  | "softplus"
  | "tanh"
  | "sigmoid"
  | "hard-tanh"
  /** As the output of an error node only. */
  | "softmax";

/** How numbers are drawn before the first update, or at the start of a settle. */
export type LawSpec =
  | { readonly kind: "normal"; readonly mean?: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "zeros" };

export interface LeakSpec {
  readonly rate: number;
  /** Whether the rate β multiplies the leak too. Default false. */
  readonly scaled?: boolean;
}

export interface PriorSpec {
  readonly kind: "none" | "laplace" | "gaussian" | "cauchy" | "exp";
  /** λ. Default 0.01; without meaning for `none`. */
  readonly strength?: number;
}

export interface StateSpec {
  /** `[units]` or `[height, width, channels]`; may be left out where the synapses determine it. */
  readonly shape?: readonly number[];
  /** φ. Default identity. */
  readonly activation?: ActivationSpec;
  /** Whether the feedback is multiplied by φ′(z). Default false. */
  readonly derivative?: boolean;
  /** β; default `settle.rate`. */
  readonly rate?: number;
  /** γ; default `settle.leak`. A number is short for `{ "rate": … }`. */
  readonly leak?: number | LeakSpec;
  readonly prior?: PriorSpec;
  /** The state's own law at the start: used where it does not project (see `settle.start`). Default N(0.5, 0.05). */
  readonly initial?: LawSpec;
  /** Makes the node observable; `data` names the field of the data that feeds it. */
  readonly observed?: { readonly data: string };
}

export interface PrecisionSpec {
  readonly kind: "scalar" | "diagonal";
  /** Standard deviation(s): one number, or one per unit (dense) or channel (map). */
  readonly sigma: number | readonly number[];
  /** `whiten` (default): e ← (z − μ)/σ. `weigh`: e ← (z − μ)/σ². */
  readonly apply?: "whiten" | "weigh";
}

export interface ErrorSpec {
  /** Id of the state it belongs to. */
  readonly target: string;
  /** What of the target is predicted: z (default) or φ(z). */
  readonly compares?: "state" | "activity";
  /** g. Default identity. */
  readonly output?: ActivationSpec;
  /** A learned bias: one per channel of a map, one per unit of a dense state. Default false. */
  readonly bias?: boolean | { readonly initial: LawSpec };
  readonly precision?: PrecisionSpec;
}

export interface FeedbackSpec {
  /** `tied`: the adjoint of the generative twin. `separate`: an own learned tensor. `none`: no error goes back. */
  readonly kind: "tied" | "separate" | "none";
  /** λ of ΔE = λ·ΔW (stored in the twin's layout); `separate` only. Default 0.9. */
  readonly lambda?: number;
  /** `separate` only; default: the twin's law. */
  readonly initial?: LawSpec;
}

interface SynapseBase {
  /** Source state. */
  readonly from: string;
  /** Error node it predicts for. */
  readonly to: string;
  /** Scales prediction, feedback and ΔW alike. Default 1. */
  readonly coefficient?: number;
  /** Default `tied`. */
  readonly feedback?: FeedbackSpec["kind"] | FeedbackSpec;
  /** Default N(0, 0.1). */
  readonly initial?: LawSpec;
  /** False freezes it; an object overrides parts of the circuit's `learn`. */
  readonly learn?: boolean | { readonly constraint?: ConstraintSpec };
}

export interface DenseSpec extends SynapseBase {
  readonly kind: "dense";
}

export interface ConvolutionSpec extends SynapseBase {
  readonly kind: "conv2d" | "deconv2d";
  /** `[height, width]`; one number is square. */
  readonly kernel: number | readonly [number, number];
  /** Default 1. */
  readonly stride?: number | readonly [number, number];
  /** TensorFlow's rules. Default `same`. */
  readonly padding?: "same" | "valid";
}

export type SynapseSpec = DenseSpec | ConvolutionSpec;

export type IntegratorSpec =
  | { readonly kind: "euler" | "heun" | "rk4" }
  | { readonly kind: "momentum"; readonly factor: number; readonly nesterov?: boolean };

export interface SettleSpec {
  /** T, ≥ 1. Default 60. */
  readonly steps?: number;
  /** β of every state that names none. Default 0.1. */
  readonly rate?: number;
  /** γ of every state that names none. Default 0. */
  readonly leak?: number | LeakSpec;
  /** Default euler. */
  readonly integrator?: IntegratorSpec["kind"] | IntegratorSpec;
  /**
   * `projection` (default): states with predictors start at their prediction, the others and those on a cycle at their
   * own law. `initial`: every state starts at its own law.
   */
  readonly start?: "projection" | "initial";
  /** Stop a sample once the relative change of its discrepancy stayed under this for `patience` steps. Default: never. */
  readonly tolerance?: number;
  /** Default 3. */
  readonly patience?: number;
}

export type RuleSpec =
  | { readonly kind: "adam"; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | { readonly kind: "sgd" }
  | { readonly kind: "normalized"; readonly epsilon?: number };

export type ConstraintSpec =
  | { readonly kind: "none" }
  | {
      readonly kind: "max-norm";
      /** `kernel`: each 2-D filter. `source`: a source unit's row of W. `target`: a target unit's column. */
      readonly over: "kernel" | "source" | "target";
      /** Default 1. */
      readonly bound?: number;
    };

export interface LearnSpec {
  /** Default adam. */
  readonly rule?: RuleSpec["kind"] | RuleSpec;
  /** Default 0.001. */
  readonly rate?: number;
  /** Default none. */
  readonly constraint?: ConstraintSpec;
  /** Samples per update. Default 100. */
  readonly batch?: number;
}

export interface CircuitSpec {
  readonly $schema?: string;
  readonly version: 1;
  /** Letters, digits and hyphens. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Keys of docs/references.bib. */
  readonly sources?: readonly string[];
  /** Filled into every part that does not say otherwise. */
  readonly defaults?: {
    readonly state?: Omit<StateSpec, "shape" | "observed">;
    readonly error?: Omit<ErrorSpec, "target">;
    readonly synapse?: Pick<SynapseBase, "coefficient" | "feedback" | "initial" | "learn"> & {
      readonly kernel?: ConvolutionSpec["kernel"];
      readonly stride?: ConvolutionSpec["stride"];
      readonly padding?: ConvolutionSpec["padding"];
      readonly kind?: SynapseSpec["kind"];
    };
  };
  readonly states: Readonly<Record<string, StateSpec>>;
  readonly errors: Readonly<Record<string, ErrorSpec>>;
  readonly synapses: Readonly<Record<string, SynapseSpec>>;
  readonly settle?: SettleSpec;
  readonly learn?: LearnSpec;
}
