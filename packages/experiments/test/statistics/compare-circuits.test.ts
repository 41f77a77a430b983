import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareCircuits, type MetricValues, testHypothesis } from "../../src/statistics/compare-circuits.ts";
import padjust from "@stdlib/stats-padjust";

const { holm } = JSON.parse(readFileSync(new URL("scipy-table.json", import.meta.url), "utf8")) as {
  readonly holm: { readonly p: readonly number[]; readonly adjusted: readonly number[] };
};

const seeds = [1, 2, 3, 4, 5];
const values = (of: (seed: number) => number | null): MetricValues => new Map(seeds.map((seed) => [seed, of(seed)]));
const wobble = (seed: number): number => ((seed * 7) % 5) / 100;

/** `low` is 1 lower than `base` with every seed, nearly; `same` differs from it by chance alone. */
const known: Readonly<Record<string, MetricValues>> = {
  base: values((seed) => seed),
  low: values((seed) => seed - 1 + wobble(seed)),
  same: values((seed) => seed + wobble(seed) - 0.02),
};
const look = (circuit: string): MetricValues => known[circuit] ?? new Map<number, number | null>();

describe("comparisons of circuits", () => {
  it("correct p as statsmodels' Holm does", () => {
    const adjusted = padjust([...holm.p], "holm");
    holm.adjusted.forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 12));
  });

  it("are all pairs in all metrics, the later circuit minus the earlier one", () => {
    const found = compareCircuits(["base", "low", "same"], ["m.mse", "m.psnr"], look);
    expect(found.map(({ a, b, metric }) => `${metric} ${a}-${b}`)).toEqual([
      "m.mse low-base",
      "m.mse same-base",
      "m.mse same-low",
      "m.psnr low-base",
      "m.psnr same-base",
      "m.psnr same-low",
    ]);
  });

  it("with a baseline are those with it", () => {
    const found = compareCircuits(["base", "low", "same"], ["m.mse"], look, "same");
    expect(found.map(({ a, b }) => `${a}-${b}`)).toEqual(["base-same", "low-same"]);
  });

  it("show a difference that is there, and none that is not", () => {
    const [low, same] = compareCircuits(["base", "low", "same"], ["m.mse"], look, "base");
    expect(low?.verdict).toBe("a is lower");
    expect(same?.verdict).toBe("no difference shown");
  });

  it("correct over the whole family: p of Holm is never below p, and rises with the number of tests", () => {
    const few = compareCircuits(["base", "low"], ["m.mse"], look);
    const many = compareCircuits(["base", "low", "same"], ["m.mse", "m.b", "m.c"], look);
    for (const { pairedT, pHolm } of many) expect(pHolm ?? NaN).toBeGreaterThanOrEqual(pairedT.p ?? NaN);
    expect(many[0]?.pHolm ?? NaN).toBeGreaterThan(few[0]?.pHolm ?? NaN);
  });

  it("leave out the pairs of a seed with which one of the two has no value", () => {
    const broken = (circuit: string): MetricValues =>
      circuit === "low" ? values((seed) => (seed === 3 ? null : seed - 1 + wobble(seed))) : look(circuit);
    const [comparison] = compareCircuits(["base", "low"], ["m.mse"], broken);
    expect(comparison).toMatchObject({ n: 4, seeds: [1, 2, 4, 5], leftOut: [3] });
  });

  it("of circuits with no pair are not testable, and do not count in the family", () => {
    const broken = (circuit: string): MetricValues => (circuit === "same" ? values(() => null) : look(circuit));
    const alone = compareCircuits(["base", "low"], ["m.mse"], broken);
    const withBroken = compareCircuits(["base", "low", "same"], ["m.mse"], broken, "base");
    expect(withBroken[1]).toMatchObject({ n: 0, pHolm: null, verdict: "not testable" });
    expect(withBroken[0]?.pHolm).toBe(alone[0]?.pHolm);
  });
});

describe("a hypothesis", () => {
  const comparisons = compareCircuits(["base", "low", "same"], ["m.mse", "m.psnr"], look);
  it.each([
    { metric: "m.mse", better: "low", than: "base", verdict: "supported" },
    { metric: "m.mse", better: "base", than: "low", verdict: "contradicted" },
    { metric: "m.psnr", better: "low", than: "base", verdict: "contradicted" },
    { metric: "m.mse", better: "same", than: "base", verdict: "no difference shown" },
  ])("that $better is better than $than in $metric is: $verdict", ({ verdict, ...hypothesis }) => {
    expect(testHypothesis(hypothesis, comparisons)?.verdict).toBe(verdict);
  });

  it("about a metric of which nobody knows which way is better cannot be judged", () => {
    const others = compareCircuits(["base", "low"], ["m.roughness"], look);
    expect(testHypothesis({ metric: "m.roughness", better: "low", than: "base" }, others)?.verdict).toBe(
      "not testable",
    );
  });
});
