import type { ExperimentSpec } from "./experiment-spec.ts";

/** An experiment whose circuits, tasks and metrics must be among those it declares. */
export type ExperimentLiteral<CircuitId extends string, TaskId extends string> = Omit<
  ExperimentSpec,
  "circuits" | "tasks" | "baseline" | "metrics" | "hypotheses" | "published"
> & {
  readonly circuits: Readonly<Record<CircuitId, ExperimentSpec["circuits"][string]>>;
  readonly tasks: Readonly<Record<TaskId, ExperimentSpec["tasks"][string]>>;
  readonly baseline?: NoInfer<CircuitId>;
  readonly metrics: readonly `${NoInfer<TaskId>}.${string}`[];
  readonly published?: readonly {
    readonly circuit: NoInfer<CircuitId>;
    readonly metric: `${NoInfer<TaskId>}.${string}`;
    readonly mean: number;
    readonly sd?: number;
    readonly source: string;
  }[];
  readonly hypotheses?: readonly {
    readonly says?: string;
    readonly metric: `${NoInfer<TaskId>}.${string}`;
    readonly better: NoInfer<CircuitId>;
    readonly than: NoInfer<CircuitId>;
  }[];
};

/**
 * An experiment in TypeScript, for `export default`. Nothing is checked when it runs: that is done for experiments from
 * anywhere when they are loaded.
 *
 * @returns the literal
 */
export function defineExperiment<const CircuitId extends string, const TaskId extends string>(
  experiment: ExperimentLiteral<CircuitId, TaskId>,
): ExperimentSpec {
  return experiment;
}
