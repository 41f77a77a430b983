import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openDataset } from "../src/index.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { classesOf, idx, idxPair, upTo } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface FolderOptions {
  readonly gzip?: boolean;
  readonly subfolder?: string;
}

/** 20 training and 5 test images. */
function mnistFolder({ gzip = false, subfolder = "" }: FolderOptions = {}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, subfolder), { recursive: true });
  for (const [prefix, count] of [
    ["train", 20],
    ["t10k", 5],
  ] as const) {
    const { images, labels } = idxPair(count);
    const write = (name: string, content: Uint8Array): void => {
      writeFileSync(join(folder, subfolder, gzip ? `${name}.gz` : name), gzip ? gzipSync(content) : content);
    };
    write(`${prefix}-images-idx3-ubyte`, images);
    write(`${prefix}-labels-idx1-ubyte`, labels);
  }
  return folder;
}

describe("sets in MNIST's form", () => {
  it.each(["mnist", "fashion-mnist", "kmnist"])("%s is read from its four files", async (set) => {
    const folder = mnistFolder();
    const test = await openDataset(`${set}:${folder}`, { split: "test" });
    expect(test.fields).toEqual({ image: [28, 28, 1], label: [10] });
    const { image, label } = await test.read([3, 1]);
    expect(image?.[0]).toBeCloseTo(3 / 255, 7);
    expect(image?.[784 + 255]).toBeCloseTo(0, 7);
    expect(classesOf(label as Float32Array)).toEqual([3, 1]);
    expect((await openDataset(`${set}:${folder}`)).size).toBe(18);
    expect((await openDataset(`${set}:${folder}`, { split: "validation" })).size).toBe(2);
  });

  it("are the same samples with the same hash, gzipped or not", async () => {
    const plain = await openDataset(`mnist:${mnistFolder()}`);
    const packed = await openDataset(`mnist:${mnistFolder({ gzip: true })}`);
    expect(await packed.read(upTo(18))).toEqual(await plain.read(upTo(18)));
    expect(packed.hash).toBe(plain.hash);
  });

  it("are found where torchvision keeps them", async () => {
    expect((await openDataset(`mnist:${mnistFolder({ subfolder: "MNIST/raw" })}`)).size).toBe(18);
  });

  it("can be any IDX file of images, cut by position, with the labels beside it", async () => {
    const folder = mnistFolder({ gzip: true });
    const path = join(folder, "train-images-idx3-ubyte.gz");
    const sizes = await Promise.all(
      (["train", "validation", "test", "all"] as const).map(
        async (split) => (await openDataset(`idx:${path}`, { split })).size,
      ),
    );
    expect(sizes).toEqual([16, 2, 2, 20]);
    const all = await openDataset(`idx:${path}`, { split: "all" });
    expect(classesOf((await all.read([14])).label as Float32Array)).toEqual([4]);
  });

  it("can hold colour images without labels", async () => {
    const path = join(temporaryFolder(), "pictures.idx");
    writeFileSync(path, idx([3, 2, 2, 3], upTo(36)));
    const data = await openDataset(`idx:${path}`, { split: "all" });
    expect(data.fields).toEqual({ image: [2, 2, 3] });
    expect((await data.read([2])).image).toEqual(Float32Array.from({ length: 12 }, (_, i) => (24 + i) / 255));
  });
});

describe("faults in IDX files", () => {
  async function faultOf(content: Uint8Array | string, name = "t10k-images-idx3-ubyte") {
    const folder = mnistFolder();
    writeFileSync(join(folder, name), content);
    return diagnosticOf(openDataset(`mnist:${folder}`, { split: "test" }));
  }

  it("a file that is cut short is named with both sizes", async () => {
    const fault = await faultOf(idxPair(5).images.subarray(0, 2000));
    expect(fault.code).toBe("data/wrong-size");
    expect(fault.message).toMatch(/t10k-images-idx3-ubyte has 2,000 bytes; expected 3,936 bytes for its \[5, 28, 28\]/);
  });

  it("a file without even a header is cut short", async () => {
    expect((await faultOf("")).code).toBe("data/wrong-size");
    expect((await faultOf(Uint8Array.from([0, 0, 8, 3, 0]))).code).toBe("data/wrong-size");
  });

  it("a file of another kind says how it begins and how it should", async () => {
    const fault = await faultOf("<html>not found</html>");
    expect(fault.code).toBe("data/damaged-file");
    expect(fault.message).toMatch(/begins with 3c68746d.*00000803/);
  });

  it("a gzipped file that is cut short cannot be inflated", async () => {
    const folder = mnistFolder({ gzip: true });
    writeFileSync(join(folder, "train-images-idx3-ubyte.gz"), gzipSync(idxPair(20).images).subarray(0, 200));
    const fault = await diagnosticOf(openDataset(`mnist:${folder}`));
    expect(fault).toMatchObject({ code: "data/damaged-file", file: join(folder, "train-images-idx3-ubyte.gz") });
    expect(fault.message).toContain("unexpected end of file");
  });

  it("images and labels must be as many", async () => {
    const fault = await faultOf(idxPair(4).labels, "t10k-labels-idx1-ubyte");
    expect(fault.message).toMatch(/4 labels for the 5 images/);
  });

  it("missing labels are named", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t10k-images-idx3-ubyte"), idxPair(5).images);
    const fault = await diagnosticOf(openDataset(`kmnist:${folder}`, { split: "test" }));
    expect(fault).toMatchObject({ code: "data/missing-file", file: join(folder, "t10k-labels-idx1-ubyte.gz") });
    expect(fault.help).toContain("codh.rois.ac.jp");
  });

  it("a file of no images is damaged", async () => {
    expect((await faultOf(idx([0, 28, 28], []))).code).toBe("data/damaged-file");
  });
});
