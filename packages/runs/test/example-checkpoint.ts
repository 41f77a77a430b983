import type { Checkpoint, StoredTensor } from "@settle/runtime";

/** A small checkpoint of circuit `tiny`, with numbers that depend on `updates`. */
export function exampleCheckpoint(updates: number, change: Partial<Checkpoint> = {}): Checkpoint {
  return {
    format: "settle-checkpoint",
    version: 1,
    circuit: { name: "tiny", hash: "a".repeat(64) },
    engine: { name: "reference", dtype: "float64" },
    plan: { seed: 1, batch: 4, samples: 12, data: "d".repeat(64), rate: 0.001 },
    position: { epoch: 1 + Math.floor(updates / 3), step: updates % 3, updates },
    epochSums: { samples: 4 * (updates % 3), discrepancy: 0.1 + 0.2, errors: { e0: 1 / 3 } },
    tensors: new Map<string, StoredTensor>([
      ["W1", { role: "parameter", shape: [2, 3], data: Float64Array.from([1, 2, 3, 4, 5, updates]) }],
      ["bias:e0", { role: "parameter", shape: [3], data: Float64Array.from([0, -0, 1e-300]) }],
      ["moment:W1", { role: "moment", shape: [2, 3], data: new Float64Array(6) }],
    ]),
    ...change,
  };
}
