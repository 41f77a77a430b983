/** What a pass reports about the user's circuit; `compile` turns it into a diagnostic with its place in the file. */
import type { PatchOperation, Severity } from "@settle/diagnostics";

export interface Fault {
  readonly code: string;
  readonly severity?: Severity;
  /** JSON pointer of the field at fault. */
  readonly pointer: string;
  /** Whether the name of the field or its value is underlined. Default: the value. */
  readonly at?: "key" | "value";
  readonly message: string;
  readonly note?: string;
  readonly help?: string;
  readonly repair?: readonly PatchOperation[];
}

/** Collects the faults of a pass. */
export interface FaultList {
  readonly faults: readonly Fault[];
  report(fault: Fault): void;
}

export function createFaultList(): FaultList {
  const faults: Fault[] = [];
  return { faults, report: (fault) => void faults.push(fault) };
}

/** A rule of ours is broken: never a user's fault. */
export function assertThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`compiler fault: ${what}`);
}
