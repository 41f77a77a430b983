/** Which samples belong to training, validation and test. Always the same ones, never by chance. */
import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { Split, TableSplit } from "./dataset.ts";
import type { SampleTable } from "./sample-table.ts";

/** Where a split is in a table: `from` … `to`, the last not included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The papers' number of images held back from training. */
const validationSize = 5000;

/**
 * Cuts official training samples: validation is the last 5,000, or the last tenth where there are fewer than 50,000.
 *
 * @source ConvNGC section 4
 */
export function cutTraining(count: number, split: "train" | "validation"): Stretch {
  const from = count - Math.min(validationSize, Math.floor(count / 10));
  return split === "train" ? { from: 0, to: from } : { from, to: count };
}

/** Cuts samples that come without splits: the first eight tenths train, then a tenth validates, the last tenth tests. */
export function cutByPosition(count: number, split: Split): Stretch {
  const tenth = count < 3 ? 0 : Math.max(1, Math.floor(count / 10));
  switch (split) {
    case "train":
      return { from: 0, to: count - 2 * tenth };
    case "validation":
      return { from: count - 2 * tenth, to: count - tenth };
    case "test":
      return { from: count - tenth, to: count };
    case "all":
      return { from: 0, to: count };
    default:
      return split satisfies never;
  }
}

/** @throws {SettleError} `data/no-split` when there are too few samples for this split to get one */
export function takeStretch(table: SampleTable, { from, to }: Stretch, split: Split, where: string): TableSplit {
  if (to > from) return { table, indices: Uint32Array.from({ length: to - from }, (_, i) => from + i) };
  throw settleError("data/no-split", `${where} holds ${table.size} samples, too few to cut a ${split} split from.`, {
    file: where,
    help: "use another split, or add samples",
  });
}

/** @throws {SettleError} `data/no-split` */
export function noSplit(set: string, split: Split, has: readonly Split[]): never {
  throw settleError("data/no-split", `${set} has no split "${split}".`, { help: `use ${has.join(", ")}` });
}

/** Says that a split is not what the papers used. */
export function partialSet(
  message: string,
  file: string,
  { help, severity = "info" }: { readonly help?: string; readonly severity?: "info" | "warning" } = {},
): Diagnostic {
  return { code: "data/partial-set", severity, message, file, pointer: "", ...(help === undefined ? {} : { help }) };
}

/**
 * An order in which every beginning holds the classes in the proportion of the whole, each class in its own order. Files
 * sorted by class become usable from the front, and cut by position they give stratified splits.
 *
 * @param counts how many samples each class has
 * @returns for each place, class and index within the class
 */
export function interleaveClasses(
  counts: readonly number[],
): readonly { readonly label: number; readonly nth: number }[] {
  return counts
    .flatMap((count, label) => Array.from({ length: count }, (_, nth) => ({ label, nth, rank: (nth + 0.5) / count })))
    .sort((a, b) => a.rank - b.rank || a.label - b.label)
    .map(({ label, nth }) => ({ label, nth }));
}
