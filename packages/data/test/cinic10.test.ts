import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { openDataset } from "../src/index.ts";
import { tenThings } from "../src/known-datasets.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { cifarRecords, classesOf, upTo } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** For each split and class, a CIFAR-10 picture and an ImageNet one (grey, as some of the official files are). */
function cinicFolder(root = ""): string {
  const folder = temporaryFolder();
  for (const split of ["train", "valid", "test"]) {
    tenThings.forEach((name, label) => {
      const inside = join(folder, root, split, name);
      mkdirSync(inside, { recursive: true });
      const colour = new Uint8Array(3072).fill(label);
      writeFileSync(
        join(inside, `cifar10-${split}-1.png`),
        encode({ width: 32, height: 32, channels: 3, data: colour }),
      );
      const light = new Uint8Array(1024).fill(100 + label);
      writeFileSync(join(inside, "n0001_1.png"), encode({ width: 32, height: 32, channels: 1, data: light }));
    });
  }
  return folder;
}

describe("CINIC-10's folders", () => {
  it("become splits of their own, in CIFAR-10's label order, the classes mixed from the front", async () => {
    const folder = cinicFolder();
    for (const split of ["train", "validation", "test"] as const) {
      const data = await openDataset(`cinic10:${folder}`, { split });
      expect([data.size, data.fields.image]).toEqual([20, [32, 32, 3]]);
      const { image, label } = await data.read(upTo(20));
      expect(classesOf(label as Float32Array)).toEqual([...upTo(10), ...upTo(10)]);
      const bytes = upTo(20).map((n) => Math.round((image?.[n * 3072 + 5] as number) * 255));
      expect(bytes).toEqual([...upTo(10), ...upTo(10).map((n) => 100 + n)]);
    }
  });

  it("are found in the folder of the archive", async () => {
    expect((await openDataset(`cinic10:${cinicFolder("CINIC-10")}`)).size).toBe(20);
  });

  it("without CIFAR-10's own pictures are the set cinic10-imagenet", async () => {
    const data = await openDataset(`cinic10-imagenet:${cinicFolder()}`, { split: "test" });
    expect(data.size).toBe(10);
    const { image } = await data.read(upTo(10));
    expect(Math.round((image?.[0] as number) * 255)).toBe(100);
  });

  it("say that they are a part of the official ones", async () => {
    const data = await openDataset(`cinic10:${cinicFolder()}`);
    expect(data.notes[0]?.message).toContain("20 of the 90,000");
  });
});

describe("other forms of CINIC-10", () => {
  it("class folders without splits are cut by position, with a warning", async () => {
    const folder = join(cinicFolder(), "test");
    const data = await openDataset(`cinic10:${folder}`);
    expect(data.size).toBe(16);
    expect(data.notes).toMatchObject([{ code: "data/partial-set", severity: "warning" }]);
  });

  it("records with a list of CIFAR-10's images leave these out on request", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "part.bin"), cifarRecords(0, 20));
    writeFileSync(
      join(folder, "part.from_cifar.u8"),
      Uint8Array.from({ length: 20 }, (_, n) => n % 2),
    );
    const all = await openDataset(`cinic10:${folder}`);
    const rest = await openDataset(`cinic10-imagenet:${folder}`);
    expect([all.size, rest.size]).toEqual([16, 8]);
    expect(classesOf((await rest.read(upTo(8))).label as Float32Array)).toEqual([0, 2, 4, 6, 8, 0, 2, 4]);
  });

  it("a folder with neither is empty, and says what is expected", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "readme.txt"), "x");
    const fault = await diagnosticOf(openDataset(`cinic10:${folder}`));
    expect(fault.code).toBe("data/empty-folder");
    expect(fault.help).toContain("train, valid and test");
  });

  it("a missing split folder is named", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "train"));
    expect(await diagnosticOf(openDataset(`cinic10:${folder}`, { split: "test" }))).toMatchObject({
      code: "data/missing-folder",
      file: join(folder, "test"),
    });
  });
});
