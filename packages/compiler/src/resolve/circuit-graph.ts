/** A circuit with everything known: shapes, relations, who feeds whom, the order of projection, its class. */
import type { Relation, Shape } from "@settle/program";
import type {
  NormalCircuit,
  NormalError,
  NormalErrorSynapse,
  NormalState,
  NormalSynapse,
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
  /** How it starts; `why` is for people. */
  readonly start: { readonly kind: "project" | "law"; readonly why: string };
}

export interface GraphError extends NormalError {
  readonly shape: Shape;
  /** Synapses that predict for it, in order of id. */
  readonly predictors: readonly string[];
  /** `[channels]` of a map, `[units]` of a dense state. */
  readonly biasShape?: Shape;
}

export interface GraphSynapse extends NormalSynapse {
  /** The state its prediction is about. */
  readonly target: string;
  readonly relation: Relation;
}

export interface CircuitClass {
  /** Every generative synapse descends exactly one level; no cycle, no lateral synapse. */
  readonly hierarchical: boolean;
  readonly cyclic: boolean;
  readonly lateral: boolean;
  /** Synapses that span more than one level. */
  readonly skips: readonly string[];
  /** Why it is not hierarchical, in words; empty if it is. */
  readonly reasons: readonly string[];
  /** Level of each state, longest path to the bottom; absent for states on or above a cycle. */
  readonly levels: ReadonlyMap<string, number>;
  /** States of each cycle. */
  readonly cycles: readonly (readonly string[])[];
}

export interface CircuitGraph extends Omit<NormalCircuit, "states" | "errors" | "synapses" | "errorSynapses"> {
  /** Hash of all that determines what the circuit computes (not its title or description). */
  readonly hash: string;
  readonly states: ReadonlyMap<string, GraphState>;
  readonly errors: ReadonlyMap<string, GraphError>;
  readonly synapses: ReadonlyMap<string, GraphSynapse>;
  /** By twin. */
  readonly errorSynapses: ReadonlyMap<string, NormalErrorSynapse>;
  /** States in the order in which they can start: sources before targets. */
  readonly startOrder: readonly string[];
  readonly class: CircuitClass;
}
