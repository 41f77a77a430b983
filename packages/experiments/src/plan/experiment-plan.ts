/** What an experiment comes to: circuits with equal budgets, data that are there, one run for each circuit and seed. */
import type { Budget, PublishedFigure, TaskSpec } from "../experiment-spec.ts";
import type { VariantCircuit } from "../variants/variant-circuit.ts";

export interface ExperimentPlan {
  readonly name: string;
  /** Name of the engine that computes; never `auto`. */
  readonly engine: string;
  readonly circuits: readonly PlannedCircuit[];
  readonly training: PlannedTraining;
  readonly tasks: readonly PlannedTask[];
  readonly seeds: readonly number[];
  readonly budgets: readonly BudgetReport[];
  /** Figures of papers, to be shown beside ours. */
  readonly published: readonly PublishedFigure[];
  /** By seed, so that an interruption leaves whole pairs. */
  readonly runs: readonly PlannedRun[];
}

export interface PlannedCircuit extends VariantCircuit {
  /** What was changed to hold a budget equal. */
  readonly adjusted: readonly { readonly pointer: string; readonly from: number; readonly to: number }[];
  /** Samples per update. */
  readonly batch: number;
  /** Learning rate. */
  readonly rate: number;
  /** Whether it learns by the gradient through its settle, instead of by its own rules. */
  readonly backpropagation: boolean;
}

export interface DataReference {
  /** As `settle train --data` takes it. */
  readonly reference: string;
  readonly split: "train" | "validation" | "test" | "all";
  readonly limit?: number;
  /** For people: `cifar10 train (first 2000)`. */
  readonly name: string;
  readonly hash: string;
  readonly samples: number;
}

export interface PlannedTraining {
  readonly epochs: number;
  readonly data: DataReference;
}

export interface PlannedTask {
  readonly id: string;
  readonly task: TaskSpec["task"];
  readonly data: DataReference;
  /** Samples settled together. */
  readonly batch: number;
  /** Labelled samples that a probe learns from. */
  readonly training?: DataReference;
  /** Everything else the task takes. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What one circuit came to with one seed. The key is the hash of all that its result depends on. */
export interface PlannedRun {
  readonly key: string;
  readonly circuit: string;
  readonly seed: number;
  readonly identity: RunIdentity;
}

export interface RunIdentity {
  /** The circuit's hash, in which steps, batch and rate do not count. */
  readonly circuit: string;
  readonly steps: number;
  readonly data: string;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
  readonly engine: string;
  readonly settle: string;
  /** Absent where a circuit learns by its own rules. */
  readonly by?: "backpropagation";
}

export interface BudgetReport {
  readonly budget: Budget;
  readonly held: boolean;
  /** By circuit. Seconds of wall time are those a run was measured to take; absent before. */
  readonly values: Readonly<Record<string, number>>;
  /** (largest − smallest) / that of the circuit the others are held to. */
  readonly spread: number;
}
