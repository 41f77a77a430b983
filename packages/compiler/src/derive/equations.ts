/** The local rules of a circuit, symbolic. */
import type { ScalarExpression } from "@settle/program";
import type { NormalConstraint, NormalLearning } from "../normalize/normal-circuit.ts";
import type { CircuitGraph } from "../resolve/circuit-graph.ts";
import type { Term } from "./term.ts";

/** A scalar function of one argument: an activation, or the force of a prior. */
export interface ScalarFunction {
  readonly name: string;
  readonly expression: ScalarExpression;
  readonly derivative: ScalarExpression;
}

/** One tensor of weights or biases. */
export interface Parameter {
  /** Buffer id: `W1`, `error:W1`, `bias:e0`, `V1`, `precision:e1`. */
  readonly id: string;
  readonly kind: "generative" | "error" | "bias" | "lateral" | "precision";
  /** The stage (a plain synapse is one), lateral synapse or error node it belongs to. */
  readonly owner: string;
  /** Whose summed Δ it moves along, and how much of it: an error synapse follows λ times its twin's. */
  readonly follows: { readonly parameter: string; readonly by: number };
  readonly learning: NormalLearning;
  readonly constraint: NormalConstraint;
  /** Buffer of the mask that says which weights there are. */
  readonly mask?: string;
}

export interface Equations {
  readonly graph: CircuitGraph;
  /** φ of each state; absent for the identity. */
  readonly activations: ReadonlyMap<string, ScalarFunction>;
  /** g of each error node: a scalar function, or softmax; absent for the identity. */
  readonly outputs: ReadonlyMap<string, ScalarFunction | "softmax">;
  /** Force of each state's prior; absent for none. */
  readonly priors: ReadonlyMap<string, ScalarFunction>;
  /** Activations of the stages of blocks; absent for the identity. */
  readonly stageActivations: ReadonlyMap<string, ScalarFunction>;
  /** What the stages of blocks pass on, by stage, in order of the way. */
  readonly hidden: ReadonlyMap<string, Term>;
  /** The errors that meet the weights of the stages of blocks, by stage, in the order in which they go back. */
  readonly credits: ReadonlyMap<string, Term>;
  /** μ by error node. */
  readonly predictions: ReadonlyMap<string, Term>;
  /** e by error node. */
  readonly errors: ReadonlyMap<string, Term>;
  /** d by state. */
  readonly corrections: ReadonlyMap<string, Term>;
  /** f(z), the motion of a state that is free to move: z ← z + f(z) is one Euler step. */
  readonly flows: ReadonlyMap<string, Term>;
  /**
   * Δ of one sample, by parameter: it moves along +Δ. Of a shared tensor the sum over all who use it. Of a precision, the part that errors make; what Σ itself adds,
   * −1/σ for each entry or position, comes when it is applied.
   */
  readonly deltas: ReadonlyMap<string, Term>;
  /** ½‖e‖² by error node. */
  readonly discrepancies: ReadonlyMap<string, Term>;
  readonly parameters: readonly Parameter[];
}
