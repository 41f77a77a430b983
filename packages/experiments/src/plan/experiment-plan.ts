/** What an experiment comes to: circuits with equal budgets, data that are there, one run for each circuit and seed. */
import type { BaselineKind } from "@settle/baselines";
import type { Budget, PublishedFigure, TaskSpec } from "../experiment-spec.ts";
import type { VariantCircuit } from "../variants/variant-circuit.ts";

export interface ExperimentPlan {
  readonly name: string;
  /** Name of the engine that computes; never `auto`. */
  readonly engine: string;
  readonly circuits: readonly PlannedCircuit[];
  readonly autoencoders: readonly PlannedAutoencoder[];
  /** All that is compared: circuits, then autoencoders. */
  readonly contenders: readonly { readonly id: string; readonly title: string }[];
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

export interface PlannedAutoencoder {
  readonly id: string;
  readonly title: string;
  readonly kind: BaselineKind;
  /** Of an image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly hash: string;
  readonly parameters: number;
  readonly batch: number;
  readonly rate: number;
  /** The tfjs backend that computes. */
  readonly engine: string;
}

/** What an autoencoder can do of the tasks of circuits. */
const imageTasks: ReadonlySet<string> = new Set(["reconstruct", "denoise", "complete", "robustness"]);

/** The tasks that a contender is scored on. */
export function tasksOf({ tasks, autoencoders }: Pick<ExperimentPlan, "tasks" | "autoencoders">, contender: string) {
  const isCircuit = autoencoders.every(({ id }) => id !== contender);
  return tasks.filter(({ task }) => isCircuit || imageTasks.has(task));
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
  /** The circuit's hash, in which steps, batch and rate do not count; or an autoencoder's. */
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
