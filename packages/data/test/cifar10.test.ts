import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../src/index.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { cifarImage, cifarRecords, classesOf } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Five training files of four images each, six test images. */
function cifarFolder(subfolder = ""): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, subfolder), { recursive: true });
  for (let batch = 0; batch < 5; batch++) {
    writeFileSync(join(folder, subfolder, `data_batch_${batch + 1}.bin`), cifarRecords(batch * 4, 4));
  }
  writeFileSync(join(folder, subfolder, "test_batch.bin"), cifarRecords(100, 6));
  return folder;
}

describe("CIFAR-10's files", () => {
  it("become images with the channels innermost, in 0 … 1, with one-hot labels", async () => {
    const data = await openDataset(`cifar10:${cifarFolder()}`, { split: "test" });
    expect(data.fields).toEqual({ image: [32, 32, 3], label: [10] });
    expect(data.classes?.[6]).toBe("frog");
    const { image, label } = await data.read([2]);
    expect(image).toEqual(cifarImage(102));
    expect(classesOf(label as Float32Array)).toEqual([2]);
    await data.close();
  });

  it("are read in any order, across files, and repeatedly", async () => {
    const data = await openDataset(`cifar10:${cifarFolder()}`);
    const beyond = await diagnosticOf(data.read([0, data.size]));
    expect(beyond.code).toBe("data/no-such-sample");
    const { image, label } = await data.read([17, 0, 3, 4, 17, 5]);
    expect(classesOf(label as Float32Array)).toEqual([7, 0, 3, 4, 7, 5]);
    [17, 0, 3, 4, 17, 5].forEach((sample, place) => {
      expect(image?.subarray(place * 3072, (place + 1) * 3072)).toEqual(cifarImage(sample));
    });
    await data.close();
  });

  it("are cut into training and validation that share nothing and lose nothing", async () => {
    const folder = cifarFolder();
    const train = await openDataset(`cifar10:${folder}`, { split: "train" });
    const validation = await openDataset(`cifar10:${folder}`, { split: "validation" });
    expect([train.size, validation.size]).toEqual([18, 2]);
    const first = await validation.read([0]);
    expect(first.image).toEqual(cifarImage(18));
    expect(train.hash).not.toBe(validation.hash);
  });

  it("are found in the folder the official archive makes", async () => {
    const data = await openDataset(`cifar10:${cifarFolder("cifar-10-batches-bin")}`, { split: "test" });
    expect(data.size).toBe(6);
  });

  it("may be a part of the official ones, which is said", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "data_batch_3.bin"), cifarRecords(0, 20));
    const data = await openDataset(`cifar10:${folder}`);
    expect(data.size).toBe(18);
    expect(data.notes).toMatchObject([{ code: "data/partial-set", severity: "info" }]);
    expect(data.notes[0]?.message).toContain("20 of the 50,000");
    expect(await diagnosticOf(openDataset(`cifar10:${folder}`, { split: "test" }))).toMatchObject({
      code: "data/missing-file",
      file: join(folder, "test_batch.bin"),
    });
  });

  it("give only the first samples when limited", async () => {
    const data = await openDataset(`cifar10:${cifarFolder()}`, { limit: 3 });
    expect([data.size, data.name]).toEqual([3, "cifar10 train (first 3)"]);
    await expect(data.read([3])).rejects.toThrow(/data\/no-such-sample.*0 … 2/);
    expect((await openDataset(`cifar10:${cifarFolder()}`, { limit: 99 })).size).toBe(18);
  });

  it("are recognized by their content: the same hash wherever they lie, another when a byte changes", async () => {
    const hashOf = async (folder: string): Promise<string> => (await openDataset(`cifar10:${folder}`)).hash;
    const changed = cifarFolder();
    const records = cifarRecords(0, 4);
    records[3000] = (records[3000] as number) ^ 1;
    writeFileSync(join(changed, "data_batch_1.bin"), records);
    const original = await hashOf(cifarFolder());
    expect(await hashOf(cifarFolder("cifar-10-batches-bin"))).toBe(original);
    expect(await hashOf(changed)).not.toBe(original);
  });
});

describe("faults in CIFAR-10's files", () => {
  it("a file that is cut short is named, with both sizes and where it comes from", async () => {
    const folder = cifarFolder();
    writeFileSync(join(folder, "data_batch_2.bin"), cifarRecords(0, 4).subarray(0, 10_000));
    const fault = await diagnosticOf(openDataset(`cifar10:${folder}`));
    expect(fault).toMatchObject({ code: "data/wrong-size", file: join(folder, "data_batch_2.bin") });
    expect(fault.message).toMatch(/10,000 bytes; expected 30,730,000 bytes/);
    expect(fault.help).toContain("https://www.cs.toronto.edu/~kriz");
  });

  it("an empty file is of the wrong size", async () => {
    const folder = cifarFolder();
    writeFileSync(join(folder, "test_batch.bin"), "");
    expect((await diagnosticOf(openDataset(`cifar10:${folder}`, { split: "test" }))).code).toBe("data/wrong-size");
  });

  it("a file that shrinks after it was opened is named when it is read", async () => {
    const folder = cifarFolder();
    const data = await openDataset(`cifar10:${folder}`, { split: "test" });
    writeFileSync(join(folder, "test_batch.bin"), cifarRecords(100, 2));
    expect((await diagnosticOf(data.read([5]))).code).toBe("data/wrong-size");
  });

  it("a label that no class has is a damaged file", async () => {
    const folder = cifarFolder();
    writeFileSync(join(folder, "test_batch.bin"), cifarRecords(0, 2).fill(77, 3073, 3074));
    const data = await openDataset(`cifar10:${folder}`, { split: "test" });
    expect((await data.read([0])).label?.[0]).toBe(1);
    const fault = await diagnosticOf(data.read([1]));
    expect(fault.code).toBe("data/damaged-file");
    expect(fault.message).toContain("label 77");
  });

  it("a folder without any of the files says which is looked for", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "data_batch_1"), "the Python version");
    const fault = await diagnosticOf(openDataset(`cifar10:${folder}`));
    expect(fault).toMatchObject({ code: "data/missing-file", file: join(folder, "data_batch_1.bin") });
    expect(fault.help).toContain("binary version");
  });

  it("an empty folder, and one that is not there, are told apart", async () => {
    const folder = temporaryFolder();
    expect((await diagnosticOf(openDataset(`cifar10:${folder}`))).code).toBe("data/empty-folder");
    expect((await diagnosticOf(openDataset(`cifar10:${join(folder, "no")}`))).code).toBe("data/missing-folder");
    writeFileSync(join(folder, "file"), "");
    expect((await diagnosticOf(openDataset(`cifar10:${join(folder, "file")}`))).code).toBe("data/missing-folder");
  });
});
