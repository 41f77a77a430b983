/** What a worker is asked for, and what it answers: plain data, since they cross between processes. */
import type { Diagnostic } from "@settle/diagnostics";
import type { CircuitSpec } from "@settle/spec";
import type { PlannedAutoencoder, PlannedRun, PlannedTask, PlannedTraining } from "../plan/experiment-plan.ts";

export type RunModel =
  | { readonly kind: "circuit"; readonly spec: CircuitSpec }
  | {
      readonly kind: "autoencoder";
      readonly autoencoder: PlannedAutoencoder["kind"];
      readonly shape: PlannedAutoencoder["shape"];
    };

export interface RunJob {
  /** Absolute path of the run's folder. */
  readonly dir: string;
  readonly run: PlannedRun;
  readonly model: RunModel;
  readonly training: PlannedTraining;
  /** Those to be scored; the others are already. */
  readonly tasks: readonly PlannedTask[];
  /** How many test images' pictures are kept for each task. */
  readonly pictures: number;
  readonly threads: number;
  /** The command line, for `run.json`. */
  readonly command: readonly string[];
}

/** A moment of a run. */
export interface RunProgress {
  /** `training`, or the id of a task. */
  readonly phase: string;
  /** Images gone through in this phase, and in all of it. */
  readonly done: number;
  readonly total: number;
}

export type RunOutcome =
  | { readonly kind: "finished" }
  | { readonly kind: "diverged"; readonly diagnostic: Diagnostic }
  | { readonly kind: "interrupted" };

/** What things cost here, measured. */
export interface Calibration {
  /** Seconds an image takes: to learn from, and in each task. */
  readonly training: number;
  readonly tasks: Readonly<Record<string, number>>;
  /** Names of the metrics each task gives. */
  readonly metrics: Readonly<Record<string, readonly string[]>>;
}

export type WorkerRequest =
  | { readonly kind: "run"; readonly job: RunJob }
  | { readonly kind: "calibrate"; readonly job: RunJob }
  | { readonly kind: "stop" };

export type WorkerReply =
  | { readonly kind: "progress"; readonly progress: RunProgress }
  | { readonly kind: "outcome"; readonly outcome: RunOutcome }
  | { readonly kind: "calibration"; readonly calibration: Calibration }
  /** A fault that belongs to what the user gave has a diagnostic; one of ours has a text. */
  | { readonly kind: "fault"; readonly diagnostic?: Diagnostic; readonly text: string };
