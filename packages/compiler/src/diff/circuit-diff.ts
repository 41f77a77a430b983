/** What differs between two circuits, part by part. */
import type { CircuitAnalysis } from "../analyze.ts";

/** A field as it is in the first circuit and in the second, as text; absent where the circuit has no such field. */
export interface FieldChange {
  /** `shape`, `activation.slope`, `from`. */
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * - `added`: only the second circuit has it. - `removed`: only the first has it.
 * - `changed`: both have it, under the same id or (`was`) another, with these differences.
 */
export type PartChange =
  | { readonly change: "added" | "removed"; readonly id: string; readonly what: string }
  | {
      readonly change: "changed";
      readonly id: string;
      /** Its id in the first circuit, where that is another. */
      readonly was?: string;
      readonly fields: readonly FieldChange[];
    };

export interface CircuitDiff {
  readonly before: { readonly name: string; readonly hash: string };
  readonly after: { readonly name: string; readonly hash: string };
  /** Both compute the same under the same names: their hashes are equal. */
  readonly same: boolean;
  readonly states: readonly PartChange[];
  readonly errors: readonly PartChange[];
  readonly synapses: readonly PartChange[];
  readonly errorSynapses: readonly PartChange[];
  readonly laterals: readonly PartChange[];
  /** Of `settle` and `learn`. */
  readonly settings: readonly FieldChange[];
  /** Class, parameters, FLOPs: what differs of the analysis. */
  readonly figures: readonly FieldChange[];
  readonly analysis: { readonly before: CircuitAnalysis; readonly after: CircuitAnalysis };
}
