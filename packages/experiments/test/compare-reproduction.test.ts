import type { PartResult } from "@settle/baselines";
import { compareReproduction } from "@settle/experiments";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "settle-differences-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

type Test = PartResult["tests"][number];
const test = (task: string, reading: string, mse: number): Test => ({
  key: "cifar10",
  task,
  reading,
  images: 10,
  scores: { mse, ssim: 0.5 },
});
const part = (name: string, seed: number, tests: readonly Test[]): PartResult => ({
  plan: { contender: { kind: "baseline", name: name as "conv-ae" }, seed, recipe: {} as never, data: {} },
  parameters: 1,
  tests,
  seconds: 1,
  engine: { name: "none", device: "none" },
});

it("compares contenders over the seeds they share; what answers in one go counts in each reading", async () => {
  const circuit = [10, 12, 11].map((mse, i) =>
    part("circuit", i + 1, [
      test("reconstruct", "", mse),
      test("denoise", "released", 50),
      test("denoise", "clamped", 20 + i),
    ]),
  );
  const autoencoder = [13, 14, 15].map((mse, i) =>
    part("ae", i + 1, [test("reconstruct", "", mse), test("denoise", "", 30 + 2 * i)]),
  );
  const failed: PartResult = { ...part("circuit", 4, []), failed: "it diverged" };
  const parts = [...circuit, failed, ...autoencoder, part("ae", 4, [test("reconstruct", "", 99)])];
  const found = await compareReproduction({ table: "cifar10", dir, parts });
  expect(found?.comparisons).toMatchObject([
    // Differences 3, 2, 4: t = 3 / (1 / √3).
    { a: "ae", b: "circuit", metric: "cifar10.reconstruct.mse", n: 3, leftOut: [4], meanDifference: 3, sd: 1 },
    { metric: "cifar10.denoise.released.mse", meanDifference: -18 },
    { metric: "cifar10.denoise.clamped.mse", meanDifference: 11, sd: 1 },
  ]);
  expect(found?.comparisons[0]?.pairedT.t).toBeCloseTo(3 * Math.sqrt(3), 10);
  expect(readFileSync(join(dir, "differences.md"), "utf8")).toBe(found?.markdown);
  expect(found?.markdown).toContain("| cifar10.reconstruct.mse | ae\u00a0−\u00a0circuit | 3 | +3 |");
});

it("compares a score that all contenders have, though some have one that is preferred", async () => {
  const withBce = (mse: number): Test => ({ ...test("reconstruct", "", mse), scores: { bce: 1, mse } });
  const parts = [1, 2].flatMap((seed) => [
    part("circuit", seed, [test("reconstruct", "", 10 * seed)]),
    part("sigmoid", seed, [withBce(10 * seed + 2)]),
    part("binary", seed, [{ ...withBce(0), key: "mnist" }]),
    part("grey", seed, [{ ...withBce(0), key: "mnist" }]),
  ]);
  const found = await compareReproduction({ table: "cifar10", dir, parts });
  expect(found?.comparisons.map(({ a, b, metric, meanDifference }) => [a, b, metric, meanDifference])).toEqual([
    ["sigmoid", "circuit", "cifar10.reconstruct.mse", 2],
    ["grey", "binary", "mnist.reconstruct.bce", 0],
  ]);
});

it("says nothing where no two contenders share two seeds", async () => {
  const parts = [part("circuit", 1, [test("reconstruct", "", 1)]), part("ae", 1, [test("reconstruct", "", 2)])];
  expect(await compareReproduction({ table: "cifar10", dir, parts })).toBeUndefined();
});
