/** The training loop: seeded shuffles, one update per batch, checkpoints, and an end that loses nothing. */
import { type Diagnostic, SettleError } from "@settle/diagnostics";
import type { LearningSchedule } from "@settle/program";
import { checkSource } from "./data-batch.ts";
import { type Discrepancy, noDiscrepancy } from "./discrepancy.ts";
import type { RunStore, TrainingPosition } from "./run-store.ts";
import type { SampleSource } from "./sample-source.ts";
import type { Session } from "./session.ts";
import type { StabilityEstimate } from "./stability.ts";
import { trainEpoch } from "./train-epoch.ts";
import type { TrainingEvent } from "./training-event.ts";
import { beginRun, emit, keep, summaryOf, type TrainingRun } from "./training-run.ts";

export interface TrainingOptions {
  readonly source: SampleSource;
  /** Settled, not learned from, after every epoch. */
  readonly validation?: SampleSource;
  /** How many epochs the whole run has, resumed ones included. 0 keeps the initial weights. */
  readonly epochs: number;
  /** Samples per update; default the circuit's. The last batch of an epoch may be smaller. */
  readonly batch?: number;
  /** Learning rate; default the circuit's. */
  readonly rate?: number;
  /** How the rate changes, from the first update of the run to the last of its epochs; default the circuit's. */
  readonly schedule?: LearningSchedule;
  /** Only the first so many samples of `source`. */
  readonly limit?: number;
  /** Only the first so many samples of `validation`. */
  readonly validationLimit?: number;
  /** Keeps checkpoints and metrics; without one nothing is kept but the session's parameters. */
  readonly store?: RunStore;
  /** Goes on from the store's latest checkpoint, if it has one. */
  readonly resume?: boolean;
  /**
   * When to keep a checkpoint besides the start, the end of each epoch and an interruption: after so many updates, or
   * once so many seconds have passed since the last one. Default every 60 seconds.
   */
  readonly checkpointEvery?: { readonly updates?: number; readonly seconds?: number };
  /**
   * Estimates λmax every so many updates, besides those at which the circuit asks for it; 0 leaves it out. An estimate
   * costs about as much as 14 steps of the batch, so 20 updates of 60 steps become 1 to 2 % longer. Default 20.
   */
  readonly stabilityEvery?: number;
  /** Ends the training: the batch in progress is given up, what was learned before it is kept. */
  readonly signal?: AbortSignal;
  /** Training waits for the promise, if it returns one. */
  readonly onEvent?: (event: TrainingEvent) => void | Promise<void>;
}

export interface TrainingSummary {
  readonly position: TrainingPosition;
  /** Updates and images of this call, not counting those before a resume. */
  readonly steps: number;
  readonly images: number;
  /** Mean over the last whole epoch; absent if none was finished. */
  readonly discrepancy?: Discrepancy;
  readonly validation?: Discrepancy;
  /** The latest estimate of λmax. */
  readonly stability?: StabilityEstimate;
  /**
   * `data`: held up by reading (see `ReadBatch`). `settle`: checking the batch, drawing noise, settling and adding up,
   * which engines do in one go. `learn`: the updates themselves, until the engine says they are done. `validation` and
   * `checkpoint` include everything they do.
   */
  readonly seconds: {
    readonly data: number;
    readonly settle: number;
    readonly learn: number;
    readonly validation: number;
    readonly checkpoint: number;
    readonly total: number;
  };
  /** Images over the time spent in data, settle and learn. */
  readonly imagesPerSecond: number;
}

export type TrainingResult =
  | (TrainingSummary & { readonly kind: "done" | "interrupted" })
  | (TrainingSummary & { readonly kind: "diverged"; readonly diagnostic: Diagnostic });

/**
 * Trains a session's parameters.
 *
 * A divergence ends the training and is returned, not thrown: the update it would have spoiled is not made, and the
 * store keeps the checkpoint from before. A fault that is thrown leaves a checkpoint of the last update, if it can.
 *
 * @throws {SettleError} `data/…`, `session/bad-option`, `run/other-circuit`, `run/other-settings`, or what the store throws
 */
export async function train(session: Session, options: TrainingOptions): Promise<TrainingResult> {
  checkSource(session.program, options.source);
  if (options.validation !== undefined) checkSource(session.program, options.validation);
  const run = await beginRun(session, options);
  try {
    while (run.epoch <= options.epochs) {
      const diagnostic = await trainEpoch(run);
      if (diagnostic !== undefined) return await finish(run, { ...summaryOf(run), kind: "diverged", diagnostic });
      run.epoch += 1;
      run.step = 0;
      run.sum = noDiscrepancy;
      await keep(run, "epoch");
    }
    return await finish(run, { ...summaryOf(run), kind: "done" });
  } catch (error) {
    if (isNotFinite(error)) {
      return finish(run, { ...summaryOf(run), kind: "diverged", diagnostic: error.diagnostic });
    }
    if (!isInterruption(error, options.signal)) {
      // What went wrong is the thing to tell, also when this cannot be saved either.
      if (session.updates !== run.kept.updates) await keep(run, "fault").catch(() => undefined);
      throw error;
    }
    await keep(run, "interrupted");
    await emit(run, { kind: "interrupted", epoch: run.epoch, step: run.step, updates: session.updates });
    return finish(run, { ...summaryOf(run), kind: "interrupted" });
  }
}

async function finish(run: TrainingRun, result: TrainingResult): Promise<TrainingResult> {
  await emit(run, { kind: "done", result });
  return result;
}

function isNotFinite(error: unknown): error is SettleError {
  return error instanceof SettleError && error.diagnostic.code === "run/not-finite";
}

/** Engines reject with the signal's reason or with an error of their own; a diagnostic means something else broke. */
function isInterruption(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || !(error instanceof SettleError);
}
