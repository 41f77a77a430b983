/** Sets in MNIST's form: two pairs of IDX files. And any single IDX file of images. */
import { basename, dirname, join } from "node:path";
import type { Split, TableSplit } from "./dataset.ts";
import { damagedFile, missingFile } from "./file-fault.ts";
import { entriesOf, folderWith } from "./find-in-folder.ts";
import { type IdxFile, openIdx } from "./idx-file.ts";
import { originOf, tenDigits } from "./known-datasets.ts";
import { type OfficialPart, officialSplit } from "./official-splits.ts";
import { recordTable } from "./record-table.ts";
import type { SampleTable } from "./sample-table.ts";
import { cutByPosition, partialSet, takeStretch } from "./splits.ts";

const classesOf: Readonly<Record<string, readonly string[]>> = {
  mnist: tenDigits,
  kmnist: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  "fashion-mnist": [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
};

/** Where torchvision keeps the same files. */
const subfolders = ["raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw"];

export interface MnistParts {
  readonly folder: string;
  readonly train?: OfficialPart;
  readonly test?: OfficialPart;
  missing(part: "train" | "test"): Error;
}

/** Finds the four files of `mnist`, `fashion-mnist` or `kmnist`, without opening them. */
export async function findMnistParts(set: string, folder: string): Promise<MnistParts> {
  const origin = originOf(set);
  const found = await folderWith(
    folder,
    subfolders,
    (name) => imageFile("train").test(name) || imageFile("t10k").test(name),
    origin,
  );
  const missing = (part: "train" | "test"): Error =>
    missingFile(join(found?.folder ?? folder, `${part === "train" ? "train" : "t10k"}-images-idx3-ubyte.gz`), origin);
  if (found === undefined) throw missing("train");
  const part = (prefix: "train" | "t10k", complete: number): OfficialPart | undefined => {
    const images = found.names.find((name) => imageFile(prefix).test(name));
    if (images === undefined) return undefined;
    return {
      complete,
      open: async () => {
        const labels = found.names.find((name) => labelFile(prefix).test(name));
        if (labels === undefined) throw missingFile(join(found.folder, `${prefix}-labels-idx1-ubyte.gz`), origin);
        return openIdxPair(join(found.folder, images), join(found.folder, labels), origin, classesOf[set]);
      },
    };
  };
  const train = part("train", 60_000);
  const test = part("t10k", 10_000);
  return { folder, ...(train ? { train } : {}), ...(test ? { test } : {}), missing };
}

export async function openMnistLike(set: string, folder: string, split: Split): Promise<TableSplit> {
  return officialSplit({ set, ...(await findMnistParts(set, folder)) }, split);
}

/** Any IDX file of images, cut by position; its labels are taken from the file beside it that is named alike. */
export async function openIdxSet(path: string, split: Split): Promise<TableSplit> {
  const origin = "an IDX file holds unsigned bytes, [samples, height, width] or [samples, height, width, channels]";
  const wanted = basename(path).replace("images", "labels").replace("idx3", "idx1").replace(/\.gz$/, "");
  const names = (await entriesOf(dirname(path), origin)).map(({ name }) => name);
  const labels = names.find((name) => name.replace(/\.gz$/, "") === wanted && name !== basename(path));
  const table = await openIdxPair(path, labels === undefined ? undefined : join(dirname(path), labels), origin);
  const note = partialSet(`${path} is cut by position into training (8/10), validation (1/10) and test (1/10).`, path);
  return {
    ...takeStretch(table, cutByPosition(table.size, split), split, path),
    notes: split === "all" ? [] : [note],
  };
}

async function openIdxPair(
  imagePath: string,
  labelPath: string | undefined,
  origin: string,
  classes?: readonly string[],
): Promise<SampleTable> {
  const images = await openIdx(imagePath, [3, 4], origin);
  const [count = 0, height = 0, width = 0, channels = 1] = images.axes;
  if (images.axes.includes(0))
    throw damagedFile(imagePath, `holds no images: its axes are [${images.axes.join(", ")}]`, origin);
  const layout = {
    height,
    width,
    channels,
    order: "interleaved",
    stride: height * width * channels,
    pixelsAt: 0,
  } as const;
  const files = [{ bytes: images.bytes, offset: images.offset, count }];
  if (labelPath === undefined) return recordTable(layout, files);
  const labels = await readLabels(labelPath, origin);
  if (labels.length !== count) {
    throw damagedFile(
      labelPath,
      `holds ${labels.length} labels for the ${count} images of ${basename(imagePath)}`,
      origin,
    );
  }
  const names = classes ?? Array.from({ length: labels.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, i) => String(i));
  return recordTable(layout, files, { classes: names, labels });
}

async function readLabels(path: string, origin: string): Promise<Uint8Array> {
  const file: IdxFile = await openIdx(path, [1], origin);
  const labels = await file.bytes.read(file.offset, file.axes[0] ?? 0);
  await file.bytes.close();
  return labels;
}

// Both spellings are about: the official `train-images-idx3-ubyte` and `train-images.idx3-ubyte`.
function imageFile(prefix: string): RegExp {
  return new RegExp(`^${prefix}-images[-.]idx3-ubyte(\\.gz)?$`);
}

function labelFile(prefix: string): RegExp {
  return new RegExp(`^${prefix}-labels[-.]idx1-ubyte(\\.gz)?$`);
}
