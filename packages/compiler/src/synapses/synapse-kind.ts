/** What the compiler knows about one kind of synapse; each kind is one file beside this one. */
import type { Relation, Shape } from "@settle/program";
import type { SynapseKindName } from "@settle/spec";
import type { NormalSynapse } from "../normalize/normal-circuit.ts";

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

export interface SynapseKind {
  readonly kind: SynapseKindName;
  /** How a prediction through it reads: `W * a`. */
  readonly symbol: { readonly text: string; readonly latex: string };
  /** Symbol of its adjoint, the feedback. */
  readonly adjointSymbol: { readonly text: string; readonly latex: string };
  /** Whether weights are 2-D filters (so that a constraint over kernels means something). */
  readonly filters: boolean;
  /** Extents of the target from those of the source, where they follow. */
  inferTarget(synapse: NormalSynapse, source: readonly [number, number]): Inference | undefined;
  /** Extents of the source from those of the target, where they follow. */
  inferSource(synapse: NormalSynapse, target: readonly [number, number]): Inference | undefined;
  /** The relation between two known shapes, or why there is none. */
  relate(synapse: NormalSynapse, source: Shape, target: Shape): Relation | Misfit;
}

export const isMisfit = (result: Relation | Misfit): result is Misfit => "code" in result;
