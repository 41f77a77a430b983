/**
 * CINIC-10: folders of 32 × 32 PNG files, `train|valid|test / class / name.png`.
 *
 * Pictures named `cifar10-…` are CIFAR-10's own; the set name `cinic10-imagenet` leaves them out, for tests of a circuit
 * that was trained on CIFAR-10.
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openCifarRecords } from "./cifar10.ts";
import type { Split, TableSplit } from "./dataset.ts";
import { readingFault } from "./file-fault.ts";
import { emptyFolder, entriesOf } from "./find-in-folder.ts";
import { openPictures } from "./image-folder.ts";
import { originOf, tenThings } from "./known-datasets.ts";
import type { SampleTable } from "./sample-table.ts";
import { cutByPosition, noSplit, partialSet, takeStretch } from "./splits.ts";

const perSplit = 90_000;

export interface CinicOptions {
  /** Leave CIFAR-10's pictures out. */
  readonly withoutCifar: boolean;
}

/** @throws {SettleError} `data/missing-folder`, `data/empty-folder`, `data/no-split` */
export async function openCinic10(folder: string, split: Split, { withoutCifar }: CinicOptions): Promise<TableSplit> {
  const origin = originOf("cinic10");
  const root = await findRoot(folder, origin);
  const keep = (name: string): boolean => !withoutCifar || !name.startsWith("cifar10-");
  const pictures = (path: string): Promise<SampleTable> =>
    openPictures(path, { shape: [32, 32, 3], classes: tenThings, keep });
  if (root.kind === "splits") {
    if (split === "all") noSplit("cinic10", split, ["train", "validation", "test"]);
    const own = join(root.folder, split === "validation" ? "valid" : split);
    const table = await pictures(own);
    const complete = withoutCifar || table.size === perSplit;
    const count = table.size.toLocaleString("en-US");
    return {
      table,
      indices: Uint32Array.from({ length: table.size }, (_, i) => i),
      notes: complete ? [] : [partialSet(`${own} holds ${count} of the 90,000 cinic10 images of a split.`, own)],
    };
  }
  const table = root.kind === "classes" ? await pictures(folder) : await openCifarRecords(root.files, origin);
  const kept = root.kind === "records" && withoutCifar ? await placesNotFromCifar(root.files, table.size) : undefined;
  const note = partialSet(
    `${folder} is not the official train/valid/test of cinic10: its ${table.size.toLocaleString("en-US")} images are cut by position into training (8/10), validation (1/10) and test (1/10).`,
    folder,
    { severity: "warning", help: "figures made with it cannot be compared with published ones" },
  );
  const found = takeStretch(table, cutByPosition(table.size, split), split, folder);
  return {
    table,
    indices: kept ? Array.from(found.indices).filter((place) => kept.has(place)) : found.indices,
    notes: [note],
  };
}

type Root =
  | { readonly kind: "splits"; readonly folder: string }
  | { readonly kind: "classes" }
  | { readonly kind: "records"; readonly files: readonly string[] };

async function findRoot(folder: string, origin: string): Promise<Root> {
  const names = (await entriesOf(folder, origin)).map(({ name }) => name);
  if (names.includes("train") || names.includes("test")) return { kind: "splits", folder };
  const nested = names.find((name) => /^cinic-?10$/i.test(name));
  if (nested !== undefined) return { kind: "splits", folder: join(folder, nested) };
  if (tenThings.some((name) => names.includes(name))) return { kind: "classes" };
  const records = names.filter((name) => name.endsWith(".bin"));
  if (records.length > 0) return { kind: "records", files: records.map((name) => join(folder, name)) };
  throw emptyFolder(folder, `expected train, valid and test in it. ${origin}`);
}

/** A record file may have a neighbour `.from_cifar.u8` with one byte a record: 1 where the image is CIFAR-10's. */
async function placesNotFromCifar(files: readonly string[], size: number): Promise<ReadonlySet<number>> {
  const flags: number[] = [];
  for (const file of files) {
    const path = file.replace(/\.bin$/, ".from_cifar.u8");
    const content = await readFile(path).catch((error: unknown) => {
      throw readingFault(error, path, `it says which images of ${basename(file)} are CIFAR-10's`);
    });
    flags.push(...content);
  }
  return new Set(Array.from({ length: size }, (_, place) => place).filter((place) => flags[place] !== 1));
}
