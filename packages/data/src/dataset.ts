/** A split of a data set, as training and evaluation see it. */
import { createHash } from "node:crypto";
import { type Diagnostic, settleError } from "@settle/diagnostics";
import { sizeOf } from "@settle/program";
import type { SampleSource } from "@settle/runtime";
import type { SampleTable } from "./sample-table.ts";

/** `all` is everything a folder holds, for folders that bring no splits of their own. */
export type Split = "train" | "validation" | "test" | "all";

export interface Dataset extends SampleSource {
  /** `cifar10`, `color-mnist`, `folder`, … */
  readonly set: string;
  readonly split: Split;
  /** Names of the classes, in label order; absent where there are no labels. */
  readonly classes?: readonly string[];
  /** What a person should know about this split: that it is a part of the official one, how it was cut. */
  readonly notes: readonly Diagnostic[];
  /** Closes the files; reading afterwards fails. */
  close(): Promise<void>;
}

/** A split found in a folder, not yet limited. */
export interface TableSplit {
  readonly table: SampleTable;
  /** Where the split's samples are in the table. */
  readonly indices: ArrayLike<number>;
  readonly notes?: readonly Diagnostic[];
}

/** @throws {SettleError} `data/bad-limit` when `limit` is not a positive integer */
export function createDataset(set: string, split: Split, found: TableSplit, limit?: number): Dataset {
  const { table, notes = [] } = found;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw settleError("data/bad-limit", `A limit of ${limit} samples is not a positive integer.`, {
      help: "leave the limit out to take all samples",
    });
  }
  const size = Math.min(found.indices.length, limit ?? Number.POSITIVE_INFINITY);
  const imageSize = sizeOf(table.shape);
  const classes = table.classes?.length ?? 0;
  const name = `${set} ${split}${size < found.indices.length ? ` (first ${size})` : ""}`;
  return {
    name,
    set,
    split,
    size,
    fields: { image: table.shape, ...(classes > 0 ? { label: [classes] } : {}) },
    ...(table.classes ? { classes: table.classes } : {}),
    hash: createHash("sha256")
      .update(JSON.stringify([set, split, size, table.identity]))
      .update(Uint32Array.from(found.indices).subarray(0, size))
      .digest("hex"),
    notes,
    async read(indices) {
      const places = indices.map((index) => {
        if (Number.isSafeInteger(index) && index >= 0 && index < size) return found.indices[index] as number;
        throw settleError("data/no-such-sample", `${name} has samples 0 … ${size - 1}; ${index} was asked for.`);
      });
      const image = new Float32Array(indices.length * imageSize);
      const labels = new Uint32Array(indices.length);
      await table.read(places, image, labels);
      if (classes === 0) return { image };
      const label = new Float32Array(indices.length * classes);
      labels.forEach((hot, i) => (label[i * classes + hot] = 1));
      return { image, label };
    },
    close: () => table.close(),
  };
}
