/** Folders of PNG or JPEG files, all of one size; subfolders, if any, are classes. Decoded when asked for. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join, relative } from "node:path";
import { settleError } from "@settle/diagnostics";
import type { Split, TableSplit } from "./dataset.ts";
import { damagedFile, readingFault } from "./file-fault.ts";
import { emptyFolder, entriesOf } from "./find-in-folder.ts";
import { isImageName, type Picture, readPicture } from "./image-file.ts";
import type { SampleTable } from "./sample-table.ts";
import { cutByPosition, interleaveClasses, partialSet, takeStretch } from "./splits.ts";

const origin = "name a folder with PNG or JPEG files, or with one subfolder of them for each class";

/** Names under which people keep their splits. */
const splitFolders: Readonly<Record<Exclude<Split, "all">, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["valid", "validation", "val"],
  test: ["test"],
};

/**
 * A folder of pictures. With subfolders named train, valid(ation) and test these are the splits; otherwise the pictures
 * are cut by position, class by class: 8/10, 1/10, 1/10.
 *
 * @throws {SettleError} `data/empty-folder`, `data/missing-folder`, `data/image-size`, `data/no-split`
 */
export async function openImageFolder(folder: string, split: Split): Promise<TableSplit> {
  const entries = await entriesOf(folder, origin);
  const names = new Set(entries.filter((entry) => !entry.isFile()).map(({ name }) => name));
  const hasSplits = splitFolders.train.some((name) => names.has(name)) && split !== "all";
  if (hasSplits) {
    const own = splitFolders[split].find((name) => names.has(name));
    if (own === undefined) {
      throw settleError("data/no-split", `${folder} has no subfolder ${splitFolders[split].join(" or ")}.`, {
        file: folder,
        help: "add one, or name a folder without such subfolders: it is cut for you",
      });
    }
    const table = await openPictures(join(folder, own));
    return { table, indices: Uint32Array.from({ length: table.size }, (_, i) => i) };
  }
  const table = await openPictures(folder);
  const note = partialSet(
    `${folder} is cut by position into training (8/10), validation (1/10) and test (1/10).`,
    folder,
  );
  return {
    ...takeStretch(table, cutByPosition(table.size, split), split, folder),
    notes: split === "all" ? [] : [note],
  };
}

export interface PicturesOptions {
  /** The shape they must have; otherwise the first one's, and every header is looked at beforehand. */
  readonly shape?: readonly [height: number, width: number, channels: 1 | 3];
  /** Leaves files out by name. */
  readonly keep?: (name: string) => boolean;
  /** Names the classes must have. */
  readonly classes?: readonly string[];
}

interface PictureFile {
  readonly path: string;
  readonly label: number;
}

/** Decoded pictures kept in memory: enough for 20,000 of 32 × 32. */
const cacheBytes = 64 << 20;

/** All pictures of a folder or of its class subfolders, classes interleaved so that any beginning holds all of them. */
export async function openPictures(folder: string, options: PicturesOptions = {}): Promise<SampleTable> {
  const { files, classes } = await findPictures(folder, options);
  const first = files[0];
  if (first === undefined)
    throw emptyFolder(folder, options.classes ? `expected subfolders ${options.classes.join(", ")}` : origin);
  const shape = options.shape ?? (await commonShape(files));
  const [height, width, channels] = shape;
  const hash = createHash("sha256").update(
    JSON.stringify([shape, classes, files.map(({ path }) => relative(folder, path))]),
  );
  for (const file of spread(files, 64)) hash.update((await readPicture(file.path)).pixels);
  const cached = new Map<number, Picture>();
  const cacheable = Math.floor(cacheBytes / (height * width * channels));

  const picture = async (index: number): Promise<Picture> => {
    const known = cached.get(index);
    if (known) return known;
    const file = files[index] as PictureFile;
    const decoded = await readPicture(file.path);
    if (decoded.height !== height || decoded.width !== width) throw wrongImageSize(file.path, decoded, shape);
    if (decoded.channels > channels) throw wrongImageSize(file.path, decoded, shape);
    if (cached.size >= cacheable) cached.delete(cached.keys().next().value as number);
    cached.set(index, decoded);
    return decoded;
  };

  return {
    size: files.length,
    shape,
    ...(classes.length > 0 ? { classes } : {}),
    identity: hash.digest("hex"),
    async read(indices, images, labels) {
      const size = height * width * channels;
      await Promise.all(
        indices.map(async (index, place) => {
          const { pixels, channels: own, white } = await picture(index);
          const step = own === channels ? 1 : channels;
          for (let i = 0; i < size; i++) images[place * size + i] = (pixels[Math.floor(i / step)] as number) / white;
          labels[place] = (files[index] as PictureFile).label;
        }),
      );
    },
    close: async () => cached.clear(),
  };
}

async function findPictures(
  folder: string,
  { keep = () => true, classes: expected }: PicturesOptions,
): Promise<{ readonly files: readonly PictureFile[]; readonly classes: readonly string[] }> {
  const entries = await entriesOf(folder, origin);
  const here = entries.filter((entry) => !entry.isDirectory() && isImageName(entry.name) && keep(entry.name));
  if (here.length > 0 && expected === undefined) {
    return { files: here.map(({ name }) => ({ path: join(folder, name), label: 0 })), classes: [] };
  }
  const classes: string[] = [];
  const byClass: string[][] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink())) {
    if (expected && !expected.includes(name)) continue;
    const inside = (await entriesOf(join(folder, name), origin)).filter(
      (entry) => isImageName(entry.name) && keep(entry.name),
    );
    if (inside.length === 0) continue;
    classes.push(name);
    byClass.push(inside.map((entry) => join(folder, name, entry.name)));
  }
  const labels = classes.map((name, found) => expected?.indexOf(name) ?? found);
  const order = interleaveClasses(byClass.map((paths) => paths.length));
  const files = order.map(({ label, nth }) => ({
    path: byClass[label]?.[nth] as string,
    label: labels[label] as number,
  }));
  return { files, classes: expected ?? classes };
}

/** The size of all pictures, and colour if any has it. JPEG sizes are checked when decoded. */
async function commonShape(files: readonly PictureFile[]): Promise<readonly [number, number, 1 | 3]> {
  const [head, ...rest] = files as [PictureFile, ...PictureFile[]];
  const { height, width, channels } = await readPicture(head.path);
  let colour = channels === 3;
  const look = async ({ path }: PictureFile): Promise<void> => {
    const header = await pngHeader(path);
    if (header === undefined) colour = true;
    else if (header.height !== height || header.width !== width) throw wrongImageSize(path, header, [height, width]);
    else colour ||= header.colour;
  };
  for (let from = 0; from < rest.length; from += 64) await Promise.all(rest.slice(from, from + 64).map(look));
  return [height, width, colour ? 3 : 1];
}

/** Size and colour from a PNG's first chunk; undefined for a JPEG. */
async function pngHeader(
  path: string,
): Promise<{ readonly height: number; readonly width: number; readonly colour: boolean } | undefined> {
  const head = Buffer.alloc(26);
  const file = await open(path).catch((error: unknown) => {
    throw readingFault(error, path);
  });
  const { bytesRead } = await file.read(head, 0, 26, 0).finally(() => file.close());
  if (head[0] === 0xff && head[1] === 0xd8) return undefined;
  if (bytesRead < 26 || head.toString("latin1", 1, 4) !== "PNG")
    throw damagedFile(path, "is neither PNG nor JPEG", origin);
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20), colour: (head.readUInt8(25) & 2) !== 0 };
}

function wrongImageSize(
  path: string,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels?: number },
  expected: readonly number[],
): Error {
  const actual = [height, width, ...(channels === undefined ? [] : [channels])];
  return settleError(
    "data/image-size",
    `${path} is [${actual.join(", ")}]; the set's images are [${expected.join(", ")}].`,
    {
      file: path,
      help: "bring all images to one size first, or move this one away",
    },
  );
}

function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * (items.length - 1)) / (count - 1))] as T);
}
