/**
 * Circuits in TypeScript: the literal itself, with the ids of its own states and error nodes as types, so that an editor
 * completes endpoints and the compiler refuses misspelt ones.
 */
import type { CircuitSpec, ErrorSpec, LateralSpec, StateSpec, SynapseSpec } from "./circuit-spec.ts";

/** A circuit whose endpoints must be ids it declares. */
export type CircuitLiteral<StateId extends string, ErrorId extends string> = Omit<
  CircuitSpec,
  "states" | "errors" | "synapses" | "laterals"
> & {
  readonly states: Readonly<Record<StateId, StateSpec>>;
  readonly errors: Readonly<Record<ErrorId, WithTarget<NoInfer<StateId>>>>;
  readonly synapses: Readonly<Record<string, WithEndpoints<SynapseSpec, NoInfer<StateId>, NoInfer<ErrorId>>>>;
  readonly laterals?: Readonly<Record<string, WithinLayer<LateralSpec, NoInfer<StateId>>>>;
};

type WithTarget<StateId extends string> = Omit<ErrorSpec, "target"> & {
  /** Id of the state it belongs to. */
  readonly target: StateId;
};

/** Distributes over the kinds of synapse, so that each keeps its own fields. */
type WithEndpoints<Synapse, StateId extends string, ErrorId extends string> = Synapse extends unknown
  ? Omit<Synapse, "from" | "to"> & {
      /** Id of the source state. */
      readonly from: StateId;
      /** Id of the error node it predicts for. */
      readonly to: ErrorId;
    }
  : never;

type WithinLayer<Lateral, StateId extends string> = Lateral extends unknown
  ? Omit<Lateral, "from" | "to"> & {
      /** Id of the source state. */
      readonly from: StateId;
      /** Id of the state that is corrected; default the source itself. */
      readonly to?: StateId;
    }
  : never;

/**
 * A circuit in TypeScript. Nothing is checked when it runs: `validateCircuit` and the compiler do that for circuits from
 * anywhere.
 *
 * @returns the literal, as any other circuit
 */
export function defineCircuit<const StateId extends string, const ErrorId extends string>(
  circuit: CircuitLiteral<StateId, ErrorId>,
): CircuitSpec {
  return circuit;
}
