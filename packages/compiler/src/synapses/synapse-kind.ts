/** What the compiler knows about one kind of synapse; each kind is one file beside this one. */
import type { Relation, Shape } from "@settle/program";
import type { NormalOperation, OperationKind } from "../normalize/normal-circuit.ts";

/** What one end tells about the other. `exact: false` marks the usual one of several possible extents. */
export interface Inference {
  readonly extents: readonly [number, number];
  readonly exact: boolean;
}

/** Why a relation cannot be made, for people. */
export interface Misfit {
  readonly code: string;
  /** Field of the synapse at fault: `to`, `kernel`, … */
  readonly field: string;
  readonly message: string;
  readonly note?: string;
  readonly help: string;
}

/** An operation with what it is called in a message. */
export interface PlacedOperation extends NormalOperation {
  /** `Synapse "W1"`, `Stage 0 of block "R1"`. */
  readonly what: string;
  /** Names of its two ends: `z1`. */
  readonly from: string;
  readonly to: string;
}

export interface SynapseKind {
  readonly kind: OperationKind;
  /** How a prediction through it reads: `W * a`. */
  readonly symbol: { readonly text: string; readonly latex: string };
  /** Symbol of its adjoint, the feedback. */
  readonly adjointSymbol: { readonly text: string; readonly latex: string };
  /** Whether weights are 2-D filters (so that a constraint over kernels means something). */
  readonly filters: boolean;
  /** Extents of the target from those of the source, where they follow. */
  inferTarget(operation: NormalOperation, source: readonly [number, number]): Inference | undefined;
  /** Extents of the source from those of the target, where they follow. */
  inferSource(operation: NormalOperation, target: readonly [number, number]): Inference | undefined;
  /** The relation between two known shapes, or why there is none. */
  relate(operation: PlacedOperation, source: Shape, target: Shape): Relation | Misfit;
}

export const isMisfit = (result: Relation | Misfit): result is Misfit => "code" in result;
