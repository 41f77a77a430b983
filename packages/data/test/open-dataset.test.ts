import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataFolder, listDatasets, openDataset } from "../src/index.ts";
import { cutByPosition, cutTraining, interleaveClasses } from "../src/splits.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { cifarRecords } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("what follows --data", () => {
  it("is a name near a known one", async () => {
    const fault = await diagnosticOf(openDataset("cifar"));
    expect(fault.code).toBe("data/unknown-set");
    expect(fault.help).toMatch(/did you mean "cifar10"\?.*color-mnist/);
    expect((await diagnosticOf(openDataset("colour-mnist:/x"))).code).toBe("data/missing-folder");
  });

  it("is a set that was fetched before, or a hint how to fetch it", async () => {
    const data = temporaryFolder();
    const fault = await diagnosticOf(openDataset("cifar10", { dataFolder: data }));
    expect(fault).toMatchObject({ code: "data/missing-folder", file: join(data, "cifar10") });
    expect(fault.help).toContain("settle data get cifar10");
    mkdirSync(join(data, "cifar10"));
    writeFileSync(join(data, "cifar10", "data_batch_1.bin"), cifarRecords(0, 10));
    expect((await openDataset("cifar10", { dataFolder: data })).size).toBe(9);
  });

  it("is a folder when it looks like a path", async () => {
    const folder = temporaryFolder();
    expect((await diagnosticOf(openDataset(join(folder, "no", "such")))).code).toBe("data/missing-folder");
    expect((await diagnosticOf(openDataset("C:\\no\\such"))).code).toBe("data/missing-folder");
    writeFileSync(join(folder, "file.png"), "");
    expect((await diagnosticOf(openDataset(join(folder, "file.png")))).message).toContain("is a file");
  });

  it("is in black and white where binary: stands before it", async () => {
    const [grey, binary] = [
      await openDataset("mnist10k", { limit: 3 }),
      await openDataset("binary:mnist10k", { limit: 3 }),
    ];
    const { image = new Float32Array() } = await grey.read([0, 2]);
    const { image: black } = await binary.read([0, 2]);
    expect(black).toEqual(image.map((value) => (value > 0.5 ? 1 : 0)));
    expect(black?.some((value) => value === 1)).toBe(true);
    expect(binary).toMatchObject({ set: "binary-mnist10k", fields: grey.fields });
    expect(binary.hash).not.toBe(grey.hash);
  });

  it("has a limit that is a positive integer", async () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      expect((await diagnosticOf(openDataset("mnist10k", { limit }))).code).toBe("data/bad-limit");
    }
  });
});

describe("the place of fetched sets", () => {
  it("is named by SETTLE_DATA, or is in the user's cache", () => {
    expect(dataFolder({ SETTLE_DATA: "/somewhere" })).toBe("/somewhere");
    expect(dataFolder({ XDG_CACHE_HOME: "/cache", LOCALAPPDATA: "/cache" })).toBe(join("/cache", "settle", "data"));
  });
});

describe("splits", () => {
  it("hold back the papers' 5,000 from a complete training set, a tenth from a part", () => {
    expect(cutTraining(50_000, "validation")).toEqual({ from: 45_000, to: 50_000 });
    expect(cutTraining(60_000, "train")).toEqual({ from: 0, to: 55_000 });
    expect(cutTraining(73_257, "validation")).toEqual({ from: 68_257, to: 73_257 });
    expect(cutTraining(10_000, "validation")).toEqual({ from: 9000, to: 10_000 });
  });

  it("by position share nothing and lose nothing, however many samples there are", () => {
    for (let count = 1; count < 50; count++) {
      const [train, validation, test] = (["train", "validation", "test"] as const).map((split) =>
        cutByPosition(count, split),
      );
      expect([train?.from, train?.to, validation?.to, test?.to]).toEqual([0, validation?.from, test?.from, count]);
      expect(train?.to).toBeGreaterThan(0);
    }
  });

  it("of interleaved classes keep each class in its order and every beginning in proportion", () => {
    const order = interleaveClasses([10, 30]);
    expect(order).toHaveLength(40);
    for (let end = 4; end <= 40; end += 4) {
      const beginning = order.slice(0, end);
      expect(beginning.filter(({ label }) => label === 0)).toHaveLength(end / 4);
      expect(beginning.filter(({ label }) => label === 1).map(({ nth }) => nth)).toEqual(
        Array.from({ length: (3 * end) / 4 }, (_, nth) => nth),
      );
    }
  });
});

describe("the list of data sets", () => {
  it("says of each what it is, where it comes from and under which terms, and opens by its name", async () => {
    const empty = temporaryFolder();
    for (const info of listDatasets()) {
      expect(info.terms).not.toBe("");
      expect(info.homepage).toMatch(/^https?:/);
      expect(info.builtIn).toBe(info.files.length === 0);
      for (const file of info.files) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
      for (const source of info.sources) expect(source).toMatch(/^https?:.*[^/]$/);
      if (info.builtIn) expect((await openDataset(info.name)).size).toBe(info.splits.train);
      else expect((await diagnosticOf(openDataset(info.name, { dataFolder: empty }))).code).toBe("data/missing-folder");
    }
  });
});
