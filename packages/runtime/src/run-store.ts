/**
 * What a training run keeps, and where. The runtime knows only this interface: `@settle/runs` keeps it in a folder, a
 * browser may keep it elsewhere, `createMemoryStore` keeps it in memory.
 */
import type { Shape } from "@settle/program";
import type { NumberArray } from "./engine.ts";

/** A buffer that outlives a run, on the host. */
export interface StoredTensor {
  readonly role: "parameter" | "moment";
  readonly shape: Shape;
  /** In the engine's own dtype: rounding it would make resuming inexact. */
  readonly data: NumberArray;
}

/** How far a run has come. */
export interface TrainingPosition {
  /** The epoch in progress; the first is 1. One more than the last once all are done. */
  readonly epoch: number;
  /** Updates done within that epoch, so the next batch starts at `step · batch` of its shuffle. */
  readonly step: number;
  /** Updates since the parameters were initialized. */
  readonly updates: number;
}

/** Settings that decide which sample meets which update: a run can only be resumed with the same ones. */
export interface TrainingPlan {
  readonly seed: number;
  /** Samples per update. */
  readonly batch: number;
  /** Samples per epoch. */
  readonly samples: number;
  /** `SampleSource.hash` of the training data. */
  readonly data: string;
  /** Learning rate. */
  readonly rate: number;
  /** How the rate changes, as JSON; absent where it does not. */
  readonly schedule?: string;
}

/**
 * All a run needs to go on as if it had not stopped. No generator state is in it: all noise is hashed from seed, stream,
 * epoch and sample.
 */
export interface Checkpoint {
  readonly format: "settle-checkpoint";
  readonly version: 1;
  readonly circuit: { readonly name: string; readonly hash: string };
  readonly engine: { readonly name: string; readonly dtype: "float32" | "float64" };
  readonly plan: TrainingPlan;
  readonly position: TrainingPosition;
  /** Sums over the samples already seen in the epoch in progress, so that its mean comes out right after resuming. */
  readonly epochSums: {
    readonly samples: number;
    /** Total discrepancy, summed over samples. */
    readonly discrepancy: number;
    /** The same per error node. */
    readonly errors: Readonly<Record<string, number>>;
  };
  /** Parameters and moments by buffer id. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** One line of `metrics.jsonl`. Discrepancies are means over the samples, dimensionless. */
export type MetricsLine =
  | {
      readonly kind: "step";
      readonly epoch: number;
      readonly step: number;
      readonly updates: number;
      readonly samples: number;
      readonly discrepancy: number;
      readonly errors: Readonly<Record<string, number>>;
      /** Settled and learned images per second of this step. */
      readonly imagesPerSecond: number;
      /** λmax at its states and weights, in updates at which it was estimated. */
      readonly lambdaMax?: number;
      /** Learning rate of the update, where a schedule changes it. */
      readonly rate?: number;
    }
  | {
      readonly kind: "epoch" | "validation";
      readonly epoch: number;
      readonly updates: number;
      readonly samples: number;
      readonly discrepancy: number;
      readonly errors: Readonly<Record<string, number>>;
      readonly seconds: number;
    };

export interface RunStore {
  /**
   * Keeps a checkpoint. All or nothing: if it fails or the process dies, the previous one is still whole.
   * @throws {SettleError} when it cannot be written (disk full, read-only folder)
   */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /**
   * The newest whole checkpoint; `undefined` if none was ever saved.
   * @throws {SettleError} when there are some but every one is damaged
   */
  loadLatest(): Promise<Checkpoint | undefined>;
  appendMetrics(line: MetricsLine): Promise<void>;
  /** Drops metrics lines of a later update than `updates`: they are about to be made again. Called on resuming. */
  rewindMetrics(updates: number): Promise<void>;
}
