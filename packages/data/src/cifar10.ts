/** CIFAR-10 from its official binary files: records of one label byte and 3 × 1024 pixels. */
import { join } from "node:path";
import { openFileBytes } from "./byte-store.ts";
import type { Split, TableSplit } from "./dataset.ts";
import { bytes, missingFile, wrongSize } from "./file-fault.ts";
import { folderWith } from "./find-in-folder.ts";
import { originOf, tenThings } from "./known-datasets.ts";
import { officialSplit } from "./official-splits.ts";
import { type RecordFile, recordTable } from "./record-table.ts";
import type { SampleTable } from "./sample-table.ts";

const cifarRecord = {
  height: 32,
  width: 32,
  channels: 3,
  order: "planar",
  stride: 3073,
  pixelsAt: 1,
  labelAt: 0,
} as const;

export const cifarTrainingFiles = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
export const cifarTestFile = "test_batch.bin";

export async function openCifar10(folder: string, split: Split): Promise<TableSplit> {
  const origin = originOf("cifar10");
  const known = new Set([...cifarTrainingFiles, cifarTestFile]);
  const found = await folderWith(folder, ["cifar-10-batches-bin"], (name) => known.has(name), origin);
  if (found === undefined) {
    throw missingFile(
      join(folder, cifarTrainingFiles[0] as string),
      `${origin} (the "binary version", not the Python one)`,
    );
  }
  const training = cifarTrainingFiles.filter((name) => found.names.includes(name));
  const open = (names: readonly string[]) => () =>
    openCifarRecords(
      names.map((name) => join(found.folder, name)),
      origin,
    );
  return officialSplit(
    {
      set: "cifar10",
      folder,
      ...(training.length > 0 ? { train: { open: open(training), complete: 50_000 } } : {}),
      ...(found.names.includes(cifarTestFile) ? { test: { open: open([cifarTestFile]), complete: 10_000 } } : {}),
      missing: (part) => missingFile(join(found.folder, part === "test" ? cifarTestFile : "data_batch_1.bin"), origin),
    },
    split,
  );
}

/**
 * Opens files of CIFAR-10's form, one after the other.
 *
 * @throws {SettleError} `data/wrong-size` for a file that is no whole number of records
 */
export async function openCifarRecords(
  paths: readonly string[],
  origin: string,
  classes: readonly string[] = tenThings,
): Promise<SampleTable> {
  const { stride } = cifarRecord;
  const files: RecordFile[] = [];
  for (const path of paths) {
    const store = await openFileBytes(path, origin);
    const count = store.size / stride;
    if (count === 0 || !Number.isInteger(count)) {
      const expected = `${bytes(10_000 * stride)} (10,000 records of ${stride}), or at least whole records`;
      await store.close();
      throw wrongSize(path, store.size, expected, origin);
    }
    files.push({ bytes: store, offset: 0, count });
  }
  return recordTable(cifarRecord, files, { classes });
}
