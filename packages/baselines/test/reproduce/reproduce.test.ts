import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rateOf } from "../../src/reproduce/recipe.ts";
import { paperFigure } from "../../src/reproduce/paper-figures.ts";
import { type PartResult, reproduce, type ReproduceOptions, tables } from "../../src/index.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "settle-reproduce-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const definition = tables.find(({ name }) => name === "color-mnist") as (typeof tables)[number];
const tiny: ReproduceOptions = {
  size: "small",
  seeds: 1,
  changes: { epochs: 2, samples: 4, tested: 4 },
  contenders: ["conv-ngc", "conv-ae"],
  engine: "wasm",
  command: ["settle", "reproduce"],
};

describe("the paper's figures", () => {
  it("are found by our names, and missing where the paper prints none", () => {
    expect(paperFigure("cifar10", "conv-ngc", "reconstruct", "psnr")).toEqual({ mean: 41.0912, sd: 0.0234 });
    expect(paperFigure("cifar10", "ngc", "denoise", "mse")).toEqual({ mean: 913.2587, sd: 21.2 });
    expect(paperFigure("svhn-to-cinic10", "conv-dae", "reconstruct", "ssim")).toEqual({ mean: 0.79, sd: 0.002 });
    expect(paperFigure("svhn-to-cinic10", "ngc", "reconstruct", "ssim")).toBeUndefined();
    expect(paperFigure("color-mnist", "conv-ngc", "reconstruct", "psnr")).toBeUndefined();
  });
});

describe("the NGC paper's densities", () => {
  it("stand as they were printed, and less the 2 log M that 5,000 draws added", () => {
    for (const name of ["gncn-t1", "gncn-t1-sigma", "gncn-pdh"]) {
      const printed = paperFigure("binary-mnist", name, "density", "asReleased") as { readonly mean: number };
      const corrected = paperFigure("binary-mnist", name, "density", "logDensity") as { readonly mean: number };
      expect(corrected.mean).toBeCloseTo(printed.mean - 2 * Math.log(5000), 2);
    }
    expect(paperFigure("binary-mnist", "gncn-t2-l-sigma", "density", "logDensity")).toBeUndefined();
  });
});

describe("the rate of an epoch", () => {
  it("is constant at first, then falls along half a cosine to nearly nothing", () => {
    const recipe = { samples: 0, tested: 0, epochs: 10, batch: 1, rate: 1, tail: 0.4 };
    expect(Array.from({ length: 6 }, (_, i) => rateOf(recipe, i + 1))).toEqual([1, 1, 1, 1, 1, 1]);
    // The middle of the cosine lies between epochs 8 and 9.
    expect(rateOf(recipe, 8) + rateOf(recipe, 9)).toBeCloseTo(1, 12);
    expect(rateOf(recipe, 10)).toBeGreaterThan(0);
    expect(rateOf(recipe, 10)).toBeLessThan(0.1);
  });
});

describe("a reproduction", () => {
  it("trains each contender, keeps a file per part and a table with both readings, ours beside theirs", async () => {
    const { parts, markdown } = await reproduce(dir, definition, tiny);
    expect(parts.map(({ plan }) => plan.contender.name)).toEqual(["conv-ngc", "conv-ae"]);
    expect(parts.map(({ parameters }) => parameters)).toEqual([9288, 48_393]);
    expect(parts[0]?.tests.map(({ task, reading }) => [task, reading])).toEqual([
      ["reconstruct", ""],
      ["denoise", "released"],
      ["denoise", "clamped"],
      ["denoise", "relaxed"],
    ]);
    for (const { tests } of parts)
      for (const { images, scores } of tests) {
        expect(images).toBe(4);
        expect(scores["mse"]).toBeGreaterThan(0);
      }
    expect(markdown).toContain("| conv-ngc, clamped | 9,288 | 1 |");
    expect(markdown).toContain("11.28 ± 0.50");
    expect(markdown).toContain("## color-mnist: denoising, 4 images");
    expect(markdown).toContain("| conv-ngc | 4 | 2 | 20 | 0.005, along half a cosine to 0 over the last 40 % | wasm |");
    expect(await readFile(join(dir, "table.md"), "utf8")).toBe(markdown);
    expect(JSON.parse(await readFile(join(dir, "conv-ae-seed1.json"), "utf8"))).toEqual(parts[1]);
  }, 60_000);

  it("has sections with data and tasks of their own: densities of binary digits, classes of grey ones", async () => {
    const mnist = tables.find(({ name }) => name === "mnist") as (typeof tables)[number];
    const draws = 20;
    const { parts, markdown } = await reproduce(dir, mnist, {
      ...tiny,
      changes: { epochs: 1, samples: 6, tested: 4, draws },
      contenders: ["gncn-t1", "supervised-pcn"],
    });
    const [gncn, supervised] = parts as [PartResult, PartResult];
    expect(gncn.tests.map(({ key, task }) => [key, task])).toEqual([
      ["binary-mnist", "reconstruct"],
      ["binary-mnist", "density"],
    ]);
    // Untrained, every pixel is about as likely as not.
    expect(gncn.tests[0]?.scores["bce"]).toBeGreaterThan(300);
    expect(gncn.tests[0]?.scores["bce"]).toBeLessThan(700);
    const { logDensity = 0, asReleased = 0, standardError = 0 } = gncn.tests[1]?.scores ?? {};
    expect(logDensity).toBeLessThan(-300);
    expect(asReleased - logDensity).toBeCloseTo(2 * Math.log(draws), 9);
    expect(standardError).toBeGreaterThan(0);
    expect(supervised.tests.map(({ key, task, images }) => [key, task, images])).toEqual([["mnist", "classify", 4]]);
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(supervised.tests[0]?.scores["accuracy"]);
    expect(gncn.plan.data["training"]).not.toBe(supervised.plan.data["training"]);
    expect(markdown).toContain("| -120.66 |");
    expect(markdown).toContain("| -103.63 |");
    expect(markdown).toContain("98.00 … 98.30");
    expect(markdown).not.toContain("gncn-pdh");
  }, 60_000);

  it("keeps finished parts when it is interrupted, and makes the rest when it goes on", async () => {
    const control = new AbortController();
    const first: PartResult[] = [];
    const interrupted = reproduce(dir, definition, {
      ...tiny,
      contenders: ["conv-ae", "conv-ngc"],
      signal: control.signal,
      onResult(result) {
        first.push(result);
        control.abort(new Error("Ctrl-C"));
      },
    });
    await expect(interrupted).rejects.toThrow("Ctrl-C");
    await expect(reproduce(dir, definition, { ...tiny, contenders: ["conv-ae"] })).rejects.toMatchObject({
      diagnostic: { code: "reproduce/exists" },
    });
    const kept: boolean[] = [];
    const { parts } = await reproduce(dir, definition, {
      ...tiny,
      contenders: ["conv-ae", "conv-ngc"],
      resume: true,
      onResult: (_, before) => void kept.push(before),
    });
    expect(kept).toEqual([true, false]);
    expect(parts[0]).toEqual(first[0]);
    const changed = { ...tiny, contenders: ["conv-ae"], resume: true, changes: { ...tiny.changes, epochs: 3 } };
    await expect(reproduce(dir, definition, changed)).rejects.toMatchObject({
      diagnostic: { code: "reproduce/other-settings" },
    });
    await writeFile(join(dir, "conv-ae-seed1.json"), "{");
    await expect(reproduce(dir, definition, { ...tiny, contenders: ["conv-ae"], resume: true })).rejects.toMatchObject({
      diagnostic: { code: "reproduce/other-settings" },
    });
  }, 60_000);

  it("does not count a part that failed as finished: it is made when the command goes on", async () => {
    const one = { ...tiny, contenders: ["conv-ae"] };
    const { parts } = await reproduce(dir, definition, one);
    const file = join(dir, "conv-ae-seed1.json");
    await writeFile(file, JSON.stringify({ ...parts[0], tests: [], failed: "it diverged" }));
    const kept: boolean[] = [];
    const again = await reproduce(dir, definition, {
      ...one,
      resume: true,
      onResult: (_, before) => void kept.push(before),
    });
    expect(kept).toEqual([false]);
    expect(again.parts[0]?.failed).toBeUndefined();
    expect(again.parts[0]?.tests).toEqual(parts[0]?.tests);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(again.parts[0]);
  }, 60_000);

  it("knows its contenders, and says at once which data are missing", async () => {
    await expect(reproduce(dir, definition, { ...tiny, contenders: ["gan"] })).rejects.toMatchObject({
      diagnostic: { code: "reproduce/unknown-contender" },
    });
    const svhn = tables.find(({ name }) => name === "svhn") as (typeof tables)[number];
    await expect(reproduce(dir, svhn, { ...tiny, folders: { svhn: join(dir, "nowhere") } })).rejects.toMatchObject({
      diagnostic: { code: "data/missing-folder" },
    });
  });
});
