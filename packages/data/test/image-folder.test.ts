import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { readPicture } from "../src/image-file.ts";
import { openDataset } from "../src/index.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { classesOf, upTo } from "./official-files.ts";
import { grey, picture, type pictures, rgb } from "./pictures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A 2 × 2 grey PNG of one value. */
function flat(value: number): Uint8Array {
  return encode({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(value) });
}

describe("pictures", () => {
  async function valuesOf(name: keyof typeof pictures) {
    const { pixels, white, channels } = await readPicture(join(folderOf({ a: picture(name) }), "a"));
    return { channels, values: Array.from(pixels, (value) => (value / white) * 255) };
  }

  it.each(["grey", "grey16", "greyAlpha"] as const)("%s PNG has one channel", async (name) => {
    expect(await valuesOf(name)).toEqual({ channels: 1, values: grey });
  });

  it("of one bit are unpacked row by row", async () => {
    expect(await valuesOf("grey1")).toEqual({ channels: 1, values: [255, 0, 255, 0, 255, 255] });
  });

  it.each(["rgb", "rgba", "palette"] as const)("%s PNG has three channels", async (name) => {
    expect(await valuesOf(name)).toEqual({ channels: 3, values: rgb });
  });

  it("in JPEG form are decoded", async () => {
    const { values } = await valuesOf("jpeg");
    expect(values).toHaveLength(192);
    // Decoders may round the inverse transform differently, by one grey level.
    values.forEach((value, i) => expect(Math.abs(value - ([200, 100, 50][i % 3] as number))).toBeLessThanOrEqual(1));
  });
});

describe("a folder of pictures", () => {
  it("is a set without labels, in the order of the names", async () => {
    const folder = folderOf({ "b.png": flat(51), "a.png": flat(0), "c.PNG": flat(255), "notes.txt": Buffer.from("x") });
    const data = await openDataset(folder, { split: "all" });
    expect(data.fields).toEqual({ image: [2, 2, 1] });
    expect(Array.from((await data.read([0, 1, 2])).image ?? [])).toEqual(
      [0, 0.2, 1].flatMap((value) => Array.from({ length: 4 }, () => Math.fround(value))),
    );
  });

  it("is colour when any picture is, and grey ones are repeated in all channels", async () => {
    const data = await openDataset(folderOf({ "a.png": picture("grey"), "b.png": picture("rgb") }), { split: "all" });
    expect(data.fields).toEqual({ image: [2, 3, 3] });
    const { image } = await data.read([0, 1]);
    const bytes = Array.from(image ?? [], (value) => Math.round(value * 255));
    expect(bytes).toEqual([...grey.flatMap((value) => [value, value, value]), ...rgb]);
  });

  it("with one subfolder for each class has labels, the classes mixed from the front", async () => {
    const files: Record<string, Uint8Array> = {};
    for (let n = 0; n < 20; n++) files[`ant/${n}.png`] = flat(n);
    for (let n = 0; n < 10; n++) files[`bee/${n}.png`] = flat(100 + n);
    const folder = folderOf(files);
    const all = await openDataset(folder, { split: "all" });
    expect(all.classes).toEqual(["ant", "bee"]);
    expect(classesOf((await all.read(upTo(6))).label as Float32Array, 2)).toEqual([0, 1, 0, 0, 1, 0]);
    const parts = await Promise.all(
      (["train", "validation", "test"] as const).map(async (split) => {
        const data = await openDataset(folder, { split });
        const labels = classesOf((await data.read(upTo(data.size))).label as Float32Array, 2);
        return [data.size, labels.filter((label) => label === 1).length];
      }),
    );
    expect(parts).toEqual([
      [24, 8],
      [3, 1],
      [3, 1],
    ]);
  });

  it("may have more classes than a byte can count", async () => {
    const files = Object.fromEntries(upTo(300).map((n) => [`${String(n).padStart(3, "0")}/a.png`, flat(1)]));
    const data = await openDataset(folderOf(files), { split: "all" });
    expect(classesOf((await data.read([299])).label as Float32Array, 300)).toEqual([299]);
  });

  it("with subfolders for the splits uses these", async () => {
    const folder = folderOf({ "train/a.png": flat(1), "val/a.png": flat(2), "test/x/a.png": flat(3) });
    for (const [split, value] of [
      ["train", 1],
      ["validation", 2],
      ["test", 3],
    ] as const) {
      const { image } = await (await openDataset(`folder:${folder}`, { split })).read([0]);
      expect(image?.[0]).toBeCloseTo(value / 255, 7);
    }
  });

  it("is recognized by its content and names", async () => {
    const hashOf = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> =>
      (await openDataset(folderOf(files), { split: "all" })).hash;
    const original = await hashOf({ "a.png": flat(1), "b.png": flat(2) });
    expect(await hashOf({ "a.png": flat(1), "b.png": flat(2) })).toBe(original);
    expect(await hashOf({ "a.png": flat(1), "b.png": flat(3) })).not.toBe(original);
  });
});

describe("faults in folders of pictures", () => {
  it("a picture of another size is named", async () => {
    const folder = folderOf({ "a.png": flat(1), "b.png": picture("grey") });
    const fault = await diagnosticOf(openDataset(folder, { split: "all" }));
    expect(fault).toMatchObject({ code: "data/image-size", file: join(folder, "b.png") });
    expect(fault.message).toMatch(/\[2, 3\].*\[2, 2\]/);
  });

  it("a JPEG of another size is named when it is read", async () => {
    const folder = folderOf({ "a.png": flat(1), "b.jpg": picture("jpeg") });
    const data = await openDataset(folder, { split: "all" });
    expect(Array.from((await data.read([0])).image ?? [])).toHaveLength(12);
    const fault = await diagnosticOf(data.read([1]));
    expect(fault).toMatchObject({ code: "data/image-size", file: join(folder, "b.jpg") });
    expect(fault.message).toContain("[8, 8, 3]");
  });

  it("a file that is no picture, and one that is cut short, are named", async () => {
    const text = folderOf({ "a.png": flat(1), "b.png": Buffer.from("<html>this is not a picture</html>") });
    expect(await diagnosticOf(openDataset(text, { split: "all" }))).toMatchObject({
      code: "data/damaged-file",
      file: join(text, "b.png"),
    });
    const short = folderOf({ "a.png": picture("rgb").subarray(0, 60) });
    expect((await diagnosticOf(openDataset(short, { split: "all" }))).code).toBe("data/damaged-file");
    const empty = folderOf({ "a.png": new Uint8Array() });
    expect((await diagnosticOf(openDataset(empty, { split: "all" }))).message).toContain("it is empty");
  });

  it("a folder with nothing in it, or nothing to read, is empty", async () => {
    expect((await diagnosticOf(openDataset(temporaryFolder()))).code).toBe("data/empty-folder");
    expect((await diagnosticOf(openDataset(folderOf({ "a.txt": flat(1) })))).code).toBe("data/empty-folder");
  });

  it("too few pictures cannot be cut", async () => {
    const folder = folderOf({ "a.png": flat(1) });
    expect((await openDataset(folder)).size).toBe(1);
    expect((await diagnosticOf(openDataset(folder, { split: "test" }))).code).toBe("data/no-split");
  });

  it("a split without its subfolder is missing", async () => {
    const folder = folderOf({ "train/a.png": flat(1) });
    expect((await diagnosticOf(openDataset(folder, { split: "test" }))).code).toBe("data/no-split");
  });
});
