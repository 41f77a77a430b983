/** Cuts a folder whose files are a set's official training and test files, or a part of them. */
import type { Diagnostic } from "@settle/diagnostics";
import type { Split, TableSplit } from "./dataset.ts";
import type { SampleTable } from "./sample-table.ts";
import { cutByPosition, cutTraining, noSplit, partialSet, takeStretch } from "./splits.ts";

export interface OfficialPart {
  /** Opens the files. */
  open(): Promise<SampleTable>;
  /** How many samples the official files have; absent if there is no official number. */
  readonly complete?: number;
}

export interface OfficialParts {
  readonly set: string;
  /** The folder, as the user gave it. */
  readonly folder: string;
  readonly train?: OfficialPart;
  readonly test?: OfficialPart;
  /** Says which training or test files are missing. */
  missing(part: "train" | "test"): Error;
  readonly notes?: readonly Diagnostic[];
}

/**
 * Training files are cut into training and validation; test files are the test split. A folder that has only a piece of
 * the test files is cut by position instead, with a warning, so that what is there can be worked with and its splits
 * stay apart.
 *
 * @throws {SettleError} `data/missing-file` from `missing`, `data/no-split`
 */
export async function officialSplit(parts: OfficialParts, split: Split): Promise<TableSplit> {
  const { set, folder, train, test, notes = [] } = parts;
  if (split === "test" && train !== undefined) {
    if (test === undefined) throw parts.missing("test");
    const table = await test.open();
    return { ...takeStretch(table, { from: 0, to: table.size }, split, folder), notes: withCount(table, test, "test") };
  }
  if (train !== undefined) {
    if (split === "all") noSplit(set, split, ["train", "validation", "test"]);
    const table = await train.open();
    const stretch = cutTraining(table.size, split as "train" | "validation");
    return { ...takeStretch(table, stretch, split, folder), notes: withCount(table, train, "training") };
  }
  if (test === undefined) throw parts.missing(split === "test" ? "test" : "train");
  const table = await test.open();
  if (table.size !== test.complete) {
    const warning = partialSet(
      `${folder} holds only ${table.size.toLocaleString("en-US")} ${set} test images: they are cut by position into training (8/10), validation (1/10) and test (1/10).`,
      folder,
      { severity: "warning", help: "figures made with it cannot be compared with published ones" },
    );
    return { ...takeStretch(table, cutByPosition(table.size, split), split, folder), notes: [...notes, warning] };
  }
  if (split === "test" || split === "all") {
    return { ...takeStretch(table, { from: 0, to: table.size }, split, folder), notes };
  }
  await table.close();
  throw parts.missing("train");

  function withCount(found: SampleTable, part: OfficialPart, what: string): readonly Diagnostic[] {
    if (part.complete === undefined || found.size === part.complete) return notes;
    const count = (n: number): string => n.toLocaleString("en-US");
    return [
      ...notes,
      partialSet(`${folder} holds ${count(found.size)} of the ${count(part.complete)} ${set} ${what} images.`, folder),
    ];
  }
}
