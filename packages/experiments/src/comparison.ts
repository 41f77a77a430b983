/** What an experiment came to. */
import type { Diagnostic } from "@settle/diagnostics";
import type { ExperimentPlan, PlannedRun } from "./plan/experiment-plan.ts";
import type { TaskScore } from "./run/run-scores.ts";
import type { CircuitComparison, TestedHypothesis } from "./statistics/compare-circuits.ts";

export interface Comparison {
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly plan: ExperimentPlan;
  readonly runs: readonly ComparedRun[];
  readonly comparisons: readonly CircuitComparison[];
  readonly hypotheses: readonly TestedHypothesis[];
  readonly time: ComparisonTime;
}

/** Before the report is written. */
export type Compared = Omit<Comparison, "time"> & { readonly time: Omit<ComparisonTime, "report" | "total"> };

export interface ComparedRun extends PlannedRun {
  readonly status: "finished" | "diverged" | "failed" | "interrupted";
  /** Why it diverged or failed. */
  readonly diagnostic?: Diagnostic;
  /** Of a finished run, by task. */
  readonly scores: Readonly<Record<string, TaskScore>>;
  /** By name, `TASK.METRIC`; those of a run that did not finish are missing, those of samples that diverged null. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Mean discrepancy of each epoch. */
  readonly curve: readonly (readonly [epoch: number, discrepancy: number])[];
  readonly trainingSeconds: number;
}

/** In seconds of the clock. */
export interface ComparisonTime {
  /** Said before the runs; undefined where there was nothing to run. */
  readonly estimated?: number;
  /** Of loading, planning and measuring; of the runs; of statistics and the report. */
  readonly prepare: number;
  readonly runs: number;
  readonly report: number;
  readonly total: number;
  readonly workers: number;
  /** Runs made now; the others were there. */
  readonly made: number;
}
