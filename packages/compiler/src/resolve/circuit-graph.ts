/** A circuit with everything known: shapes, relations, who feeds whom, the order of projection, its class. */
import type { InitialLaw, Relation, Shape } from "@settle/program";
import type {
  ErrorWeights,
  NormalActivation,
  NormalCircuit,
  NormalError,
  NormalErrorSynapse,
  NormalLateral,
  NormalPrecision,
  NormalState,
  NormalSynapse,
  NormalTensor,
  OperationKind,
} from "../normalize/normal-circuit.ts";

/** How a shape came to be known. */
export type ShapeOrigin =
  { readonly kind: "written" } | { readonly kind: "inferred"; readonly from: string; readonly exact: boolean };

export interface GraphState extends Omit<NormalState, "channels"> {
  readonly shape: Shape;
  readonly shapeOrigin: ShapeOrigin;
  /** The error node that measures it, if someone predicts it. */
  readonly error?: string;
  /** Error synapses that correct it, by twin, in order of id. */
  readonly corrections: readonly string[];
  /** Lateral synapses that correct it, in order of id. */
  readonly laterals: readonly string[];
  /** How it starts; `why` is for people. */
  readonly start: { readonly kind: "project" | "law"; readonly why: string };
}

/** Σ of an error node, by its factor: σ, or R with Σ = R Rᵀ. */
export interface GraphPrecision extends Pick<NormalPrecision, "kind" | "apply" | "learn"> {
  /** Of the tensor that holds σ or R: `[]`, one per entry, `[channels]`, `[n, n]`, of a map `[1, 1, n, n]`. */
  readonly shape: Shape;
  readonly initial: InitialLaw;
  /** How many entries of a sample's error each number of a diagonal Σ stands for; of a full Σ, how many positions. */
  readonly sites: number;
  /** Of a full precision: post = pre · Mᵀ, for M = R or R⁻¹, at every position. */
  readonly relation?: Relation;
}

export interface GraphError extends Omit<NormalError, "precision"> {
  readonly shape: Shape;
  readonly precision?: GraphPrecision;
  /** Synapses that predict for it, in order of id. */
  readonly predictors: readonly string[];
  /** `[channels]` of a map, `[units]` of a dense state. */
  readonly biasShape?: Shape;
}

/**
 * What one relation does on the way from a state to an error node. A plain synapse is one stage of the same id; a block
 * has several, its pools and bypasses included.
 */
export interface GraphStage {
  /** `W1`; of a block `R1/0`, `R1/0:pool`, `R1/0:bypass`, `R1/0:upsample`, `R1/skip`, `R1/skip:resize`. */
  readonly id: string;
  /** The synapse it is part of. */
  readonly synapse: string;
  readonly kind: OperationKind;
  readonly relation: Relation;
  /** Whether entries are summed up, or the largest one is taken. */
  readonly rule: "sum" | "max";
  /** Stage that owns the tensor it multiplies by, itself if not another; absent where weights are fixed. */
  readonly weights?: string;
  /** Of a stage that owns a tensor. */
  readonly tensor?: NormalTensor;
  /** What an error goes back through. */
  readonly errorWeights: ErrorWeights;
}

/** A stage as a step on the way, with what comes after it; all by id of their stages. */
export interface PathStage {
  readonly stage: string;
  readonly pool?: string;
  /** Brings an error to the resolution before the pool. */
  readonly bypass?: string;
  /** Absent for the identity. */
  readonly activation?: NormalActivation;
  readonly upsample?: string;
}

/** The way around the stages: z, averaged before or repeated after a projection, if there is one. */
export interface GraphSkip {
  readonly before?: string;
  readonly projection?: string;
  readonly after?: string;
}

export interface GraphSynapse extends NormalSynapse {
  /** The state its prediction is about. */
  readonly target: string;
  /** In order from the source; one for a plain synapse. */
  readonly path: readonly PathStage[];
  readonly skip?: GraphSkip;
}

export type GraphLateral = NormalLateral & {
  readonly relation: Relation;
  /** How its weights begin; those of a fixed one stay so. */
  readonly law: InitialLaw;
  /** Whether no entry drives itself: learned, from a state to itself. */
  readonly offDiagonal: boolean;
};

export interface CircuitClass {
  /** Every generative synapse descends exactly one level; no cycle, no lateral synapse. */
  readonly hierarchical: boolean;
  readonly cyclic: boolean;
  readonly lateral: boolean;
  /** Synapses that span more than one level. */
  readonly skips: readonly string[];
  /** Why it is not hierarchical, in words; empty if it is. */
  readonly reasons: readonly string[];
  /**
   * Level of each state: every synapse descends one, if the circuit is hierarchical but for laterals; else the longest
   * path to the bottom, absent for states on or above a cycle.
   */
  readonly levels: ReadonlyMap<string, number>;
  /** States of each cycle. */
  readonly cycles: readonly (readonly string[])[];
}

export interface CircuitGraph extends Omit<
  NormalCircuit,
  "states" | "errors" | "synapses" | "errorSynapses" | "laterals"
> {
  /** Hash of all that determines what the circuit computes (not its title or description). */
  readonly hash: string;
  readonly states: ReadonlyMap<string, GraphState>;
  readonly errors: ReadonlyMap<string, GraphError>;
  readonly synapses: ReadonlyMap<string, GraphSynapse>;
  /** Of all synapses, in order of synapse and of their way. */
  readonly stages: ReadonlyMap<string, GraphStage>;
  /** By twin. */
  readonly errorSynapses: ReadonlyMap<string, NormalErrorSynapse>;
  readonly laterals: ReadonlyMap<string, GraphLateral>;
  /** States in the order in which they can start: sources before targets. */
  readonly startOrder: readonly string[];
  readonly class: CircuitClass;
}
