/** Samples held in memory, as a source for training and evaluation. */
import { settleError } from "@settle/diagnostics";
import { type Shape, sizeOf } from "@settle/program";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { SampleSource } from "./sample-source.ts";

/** One field of every sample: `[samples, ...shape]`, row-major. */
export interface ArrayField {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * @throws {SettleError} `data/shape-mismatch` when a field does not hold a whole number of samples, or not as many as
 *   the others
 */
export function arraySource(name: string, fields: Readonly<Record<string, ArrayField>>): SampleSource {
  const entries = Object.entries(fields);
  const counts = entries.map(([, { shape, data }]) => data.length / sizeOf(shape));
  const size = counts[0] ?? 0;
  entries.forEach(([field, { shape, data }], i) => {
    if (Number.isInteger(counts[i]) && counts[i] === size) return;
    throw settleError(
      "data/shape-mismatch",
      `Field "${field}" of "${name}" holds ${data.length} numbers, which is ${counts[i]} samples of ` +
        `[${shape.join(", ")}]; expected ${Math.floor(size)} samples.`,
      { help: "give every field the same whole number of samples" },
    );
  });
  const hash = sha256.create();
  for (const [field, { shape, data }] of entries) {
    hash.update(new TextEncoder().encode(JSON.stringify([field, shape])));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return {
    name,
    size,
    fields: Object.fromEntries(entries.map(([field, { shape }]) => [field, shape])),
    hash: bytesToHex(hash.digest()),
    read: async (indices) =>
      Object.fromEntries(entries.map(([field, { shape, data }]) => [field, gather(data, sizeOf(shape), indices)])),
  };
}

function gather(data: Float32Array, size: number, indices: readonly number[]): Float32Array {
  const gathered = new Float32Array(indices.length * size);
  indices.forEach((index, i) => gathered.set(data.subarray(index * size, (index + 1) * size), i * size));
  return gathered;
}
