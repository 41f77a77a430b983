/** A run store that lives as long as the process: for tests, scripts and browsers. */
import type { Checkpoint, MetricsLine, RunStore } from "./run-store.ts";

export interface MemoryStore extends RunStore {
  readonly checkpoints: readonly Checkpoint[];
  readonly metrics: readonly MetricsLine[];
}

/** Keeps the last `keep` checkpoints (default: 1) and all metrics. */
export function createMemoryStore(keep = 1): MemoryStore {
  let checkpoints: readonly Checkpoint[] = [];
  let metrics: readonly MetricsLine[] = [];
  return {
    get checkpoints() {
      return checkpoints;
    },
    get metrics() {
      return metrics;
    },
    saveCheckpoint: async (checkpoint) => {
      checkpoints = [...checkpoints, checkpoint].slice(-keep);
    },
    loadLatest: async () => checkpoints.at(-1),
    appendMetrics: async (line) => {
      metrics = [...metrics, line];
    },
    rewindMetrics: async (updates) => {
      metrics = metrics.filter((line) => line.updates <= updates);
    },
  };
}
