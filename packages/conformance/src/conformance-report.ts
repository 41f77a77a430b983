/** What a run of the suite found; printed as JSON by `settle conformance`. */
import type { Diagnostic } from "@settle/diagnostics";

export interface ConformanceReport {
  /** Name of the engine. */
  readonly engine: string;
  /** What it ran on; null where the engine does not work here. */
  readonly device: string | null;
  readonly fixtures: readonly FixtureReport[];
  /** How many of the fixtures; a skipped one is neither passed nor failed. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface FixtureReport {
  readonly name: string;
  /** True only if it ran and every check held: a skipped fixture is not ok. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  /** Why it did not run. */
  readonly skipped?: string;
  /** Why it broke off: a damaged file, a circuit that does not compile, an engine that failed. */
  readonly diagnostics?: readonly Diagnostic[];
}

export interface Check {
  /** What was compared: `state z1 after 10`, `delta W1`, … */
  readonly what: string;
  /** max |got − wanted| / max |wanted| over the tensor; null if it has another size or is not finite. */
  readonly maxRelativeError: number | null;
  readonly tolerance: number;
  readonly ok: boolean;
}
