/** What training tells while it runs: the stream a progress bar, a log and the studio live on. */
import type { Diagnostic } from "@settle/diagnostics";
import type { Discrepancy } from "./discrepancy.ts";
import type { TrainingPosition } from "./run-store.ts";
import type { DivergedSample } from "./sample-status.ts";
import type { StabilityEstimate } from "./stability.ts";
import type { TrainingResult } from "./train.ts";

/** Epochs and steps count from 1. Discrepancies are means over samples. Times are wall-clock seconds. */
export type TrainingEvent =
  | {
      readonly kind: "start";
      readonly epochs: number;
      /** Updates per epoch. */
      readonly steps: number;
      readonly samples: number;
      readonly batch: number;
      /**
       * Where a resumed run goes on. `exact`: same engine and it is deterministic, so the result will be bit for bit the
       * one of a run that never stopped.
       */
      readonly resumed?: { readonly position: TrainingPosition; readonly exact: boolean };
    }
  | { readonly kind: "epoch-start"; readonly epoch: number; readonly epochs: number; readonly steps: number }
  | {
      readonly kind: "step";
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly updates: number;
      /** In this update's batch. */
      readonly samples: number;
      /** Of the settled states, before the update. */
      readonly discrepancy: Discrepancy;
      /** How many of the batch stopped early because they had settled. */
      readonly settled: number;
      /** Images through this step, reading and learning included. */
      readonly imagesPerSecond: number;
      /** Seconds until the last epoch is done, at the mean speed so far. */
      readonly eta: number;
    }
  /** λmax at the states and weights of an update, told before its `step`. */
  | {
      readonly kind: "stability";
      readonly epoch: number;
      readonly step: number;
      /** Updates made, this one included. */
      readonly updates: number;
      readonly estimate: StabilityEstimate;
      /** How far a bound on λmax moved the weights, as a part of their length; absent where it left them alone. */
      readonly restrained?: number;
      /** `run/near-unstable`, when β·λmax has passed 1.9; again only after it was below 1.7. */
      readonly diagnostic?: Diagnostic;
    }
  | {
      readonly kind: "epoch-end";
      readonly epoch: number;
      readonly epochs: number;
      readonly samples: number;
      /** Over the whole epoch, each sample as it was when its turn came. */
      readonly discrepancy: Discrepancy;
      /** Of the part done since training was started or resumed. */
      readonly seconds: number;
    }
  | {
      readonly kind: "validation";
      readonly epoch: number;
      readonly samples: number;
      /** Over the samples that did not diverge. */
      readonly discrepancy: Discrepancy;
      readonly diverged: readonly DivergedSample[];
      readonly seconds: number;
    }
  | {
      readonly kind: "checkpoint";
      readonly position: TrainingPosition;
      readonly reason: "start" | "interval" | "epoch" | "interrupted" | "fault";
    }
  | {
      readonly kind: "diverged";
      readonly epoch: number;
      readonly step: number;
      readonly samples: readonly DivergedSample[];
      readonly diagnostic: Diagnostic;
    }
  /** `step` updates of this epoch are done and kept. */
  | { readonly kind: "interrupted"; readonly epoch: number; readonly step: number; readonly updates: number }
  | { readonly kind: "done"; readonly result: TrainingResult };
