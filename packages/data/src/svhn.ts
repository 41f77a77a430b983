/**
 * SVHN's cropped digits: the official MATLAB files, or records of CIFAR-10's form.
 *
 * In the MATLAB files the label of the digit 0 is 10; here the class index is the digit. Neighbouring images often come
 * from the same photograph, so everything is cut by position, never shuffled into splits.
 */
import { basename, join } from "node:path";
import { openCifarRecords } from "./cifar10.ts";
import type { Split, TableSplit } from "./dataset.ts";
import { damagedFile, missingFile } from "./file-fault.ts";
import { folderWith } from "./find-in-folder.ts";
import { originOf, tenDigits } from "./known-datasets.ts";
import { readMat } from "./mat-file.ts";
import { type OfficialPart, officialSplit } from "./official-splits.ts";
import { recordTable } from "./record-table.ts";
import type { SampleTable } from "./sample-table.ts";
import { partialSet } from "./splits.ts";

const side = 32;
const matLayout = {
  height: side,
  width: side,
  channels: 3,
  order: "column-major",
  stride: side * side * 3,
  pixelsAt: 0,
} as const;

export async function openSvhn(folder: string, split: Split): Promise<TableSplit> {
  const origin = originOf("svhn");
  const found = await folderWith(folder, [], (name) => /\.(mat|bin)$/.test(name), origin);
  const missing = (part: "train" | "test"): Error => missingFile(join(folder, `${part}_32x32.mat`), origin);
  if (found === undefined) throw missing(split === "test" ? "test" : "train");
  const train = filesOf("train", found.names);
  const test = filesOf("test", found.names);
  const part = (names: readonly string[], complete: number): OfficialPart | undefined =>
    names.length === 0
      ? undefined
      : {
          open: () =>
            openFiles(
              names.map((name) => join(folder, name)),
              origin,
            ),
          complete,
        };
  const trainPart = part(train, 73_257);
  const testPart = part(test, 26_032);
  const used = split === "test" ? test : train;
  return officialSplit(
    {
      set: "svhn",
      folder,
      ...(trainPart ? { train: trainPart } : {}),
      ...(testPart ? { test: testPart } : {}),
      missing,
      notes: used.some((name) => /^(train|test)_32x32\.mat$/.test(name))
        ? []
        : [partialSet(`svhn is read from ${(used.length > 0 ? used : test).join(", ")} in ${folder}.`, folder)],
    },
    split,
  );
}

/** The official file, else all record files that name the part, else MATLAB files that do. */
function filesOf(part: "train" | "test", names: readonly string[]): readonly string[] {
  const official = `${part}_32x32.mat`;
  if (names.includes(official)) return [official];
  const naming = names.filter((name) => new RegExp(`(^|[^a-z])${part}([^a-z]|$)`, "i").test(name));
  const records = naming.filter((name) => name.endsWith(".bin"));
  return records.length > 0 ? records : naming.filter((name) => name.endsWith(".mat")).slice(0, 1);
}

async function openFiles(paths: readonly string[], origin: string): Promise<SampleTable> {
  const [path = ""] = paths;
  return path.endsWith(".mat") ? openSvhnMat(path, origin) : openCifarRecords(paths, origin, tenDigits);
}

async function openSvhnMat(path: string, origin: string): Promise<SampleTable> {
  const matrices = await readMat(path, ["X", "y"], origin);
  const images = matrices.get("X");
  const labels = matrices.get("y");
  const [height, width, channels, count = 1] = images?.axes ?? [];
  const labelCount = labels?.elements.size;
  if (!images || !labels || height !== side || width !== side || channels !== 3 || labelCount !== count) {
    throw damagedFile(
      path,
      `holds X as [${images?.axes.join(", ")}] and y as [${labels?.axes.join(", ")}]; ${basename(path)} should hold X [32, 32, 3, N] and y [N, 1]`,
      origin,
    );
  }
  const digits = (await labels.elements.read(0, count)).map((label) => (label === 10 ? 0 : label));
  return recordTable(matLayout, [{ bytes: images.elements, offset: 0, count }], { classes: tenDigits, labels: digits });
}
