import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { comparePairs } from "../../src/statistics/compare-pairs.ts";
import { pairedPower, seedsNeeded } from "../../src/statistics/seeds-needed.ts";

interface Case {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly meanDifference: number;
  readonly sd: number;
  readonly t: number;
  readonly p: number;
  readonly ci95: readonly [number, number];
  readonly w: number;
  readonly wilcoxonP: number;
  readonly cohensD: number;
  readonly powerSeeds: number;
  readonly bootstrap?: readonly [number, number];
  readonly bootstrapDrawn?: readonly [number, number];
}

/** Made by scipy-table.py beside it. */
const table = JSON.parse(readFileSync(new URL("scipy-table.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, Case>>;
  readonly power: readonly { readonly effect: number; readonly n: number; readonly power: number }[];
};

describe("paired statistics", () => {
  it.each(Object.entries(table.cases))("are SciPy's: %s", (_name, expected) => {
    const found = comparePairs(expected.a, expected.b);
    expect(found.n).toBe(expected.a.length);
    expect(found.meanDifference).toBeCloseTo(expected.meanDifference, 12);
    expect(found.sd).toBeCloseTo(expected.sd, 12);
    expect(found.cohensD).toBeCloseTo(expected.cohensD, 10);
    expect(found.pairedT.t).toBeCloseTo(expected.t, 9);
    expect(found.pairedT.p).toBeCloseTo(expected.p, 9);
    expect(found.pairedT.df).toBe(expected.a.length - 1);
    expect(found.ci95?.[0]).toBeCloseTo(expected.ci95[0], 9);
    expect(found.ci95?.[1]).toBeCloseTo(expected.ci95[1], 9);
    expect(found.wilcoxon.w).toBe(expected.w);
    expect(found.wilcoxon.p).toBeCloseTo(expected.wilcoxonP, 9);
    expect(found.seedsNeeded).toBe(expected.powerSeeds);
  });

  it.each(Object.entries(table.cases).filter(([, each]) => each.bootstrap !== undefined))(
    "have numpy's percentiles of every resample: %s",
    (_name, { a, b, bootstrap }) => {
      const { ci95Bootstrap } = comparePairs(a, b);
      expect(ci95Bootstrap?.[0]).toBeCloseTo(bootstrap?.[0] ?? NaN, 10);
      expect(ci95Bootstrap?.[1]).toBeCloseTo(bootstrap?.[1] ?? NaN, 10);
    },
  );

  it.each(Object.entries(table.cases).filter(([, each]) => each.bootstrapDrawn !== undefined))(
    "have SciPy's bootstrap interval within what chance gives: %s",
    (_name, { a, b, sd, bootstrapDrawn }) => {
      const { ci95Bootstrap } = comparePairs(a, b);
      // 20,000 resamples: a percentile's own standard error is about a fiftieth of the mean's.
      const within = (4 * sd) / Math.sqrt(a.length) / 50;
      expect(Math.abs((ci95Bootstrap?.[0] ?? NaN) - (bootstrapDrawn?.[0] ?? NaN))).toBeLessThan(within);
      expect(Math.abs((ci95Bootstrap?.[1] ?? NaN) - (bootstrapDrawn?.[1] ?? NaN))).toBeLessThan(within);
    },
  );

  it("of one pair say nothing but its difference", () => {
    expect(comparePairs([3], [1])).toMatchObject({ n: 1, meanDifference: 2, ci95: null, pairedT: { p: null } });
  });

  it("of no pair have no test", () => {
    expect(comparePairs([], [])).toMatchObject({ n: 0, pairedT: { p: null }, wilcoxon: { p: null } });
  });

  it("of pairs without a difference have p = 1", () => {
    const { pairedT, wilcoxon, cohensD } = comparePairs([1, 2, 3], [1, 2, 3]);
    expect([pairedT.p, wilcoxon.p, cohensD]).toEqual([1, 1, null]);
  });

  it("of pairs with one and the same difference have no t", () => {
    expect(comparePairs([2, 3, 4], [1, 2, 3]).pairedT).toEqual({ t: null, df: 2, p: null });
  });
});

describe("the power of a paired t-test", () => {
  it.each(table.power)("is statsmodels': effect $effect, $n pairs", ({ effect, n, power }) => {
    expect(Math.abs(pairedPower(effect, n) - power)).toBeLessThan(2e-3);
  });

  it("needs no number of seeds that could be made where there is no effect", () => {
    expect(seedsNeeded(0)).toBeUndefined();
    expect(seedsNeeded(0.01)).toBeUndefined();
  });
});
