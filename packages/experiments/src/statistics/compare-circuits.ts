/** All the comparisons an experiment asks for, corrected for their number, with what they say. */
import padjust from "@stdlib/stats-padjust";
import type { HypothesisSpec } from "../experiment-spec.ts";
import { comparePairs, type PairedStatistics } from "./compare-pairs.ts";

/** What one circuit came to: one value a seed, null where there is none. */
export type MetricValues = ReadonlyMap<number, number | null>;

export interface CircuitComparison extends PairedStatistics {
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  /** Of which both have a value; the others are left out as pairs. */
  readonly seeds: readonly number[];
  readonly leftOut: readonly number[];
  /** p of the paired t-test after Holm's correction over all comparisons of the experiment. */
  readonly pHolm: number | null;
  readonly verdict: Verdict;
}

/** At 5 %, after Holm's correction. */
export type Verdict = "a is lower" | "a is higher" | "no difference shown" | "not testable";

/** Below this number of pairs a result is called one of few seeds. */
export const fewSeeds = 8;
const level = 0.05;

/**
 * Each pair of circuits (with a baseline: each other one with it) in each metric. What cannot be tested does not count
 * in the family.
 *
 * @param values  by circuit, then metric
 * @source Holm1979
 */
export function compareCircuits(
  circuits: readonly string[],
  metrics: readonly string[],
  values: (circuit: string, metric: string) => MetricValues,
  baseline?: string,
): readonly CircuitComparison[] {
  const compared = metrics.flatMap((metric) =>
    pairsOf(circuits, baseline).map(([a, b]) => {
      const [ofA, ofB] = [values(a, metric), values(b, metric)];
      const all = [...ofA.keys()].filter((seed) => ofB.has(seed));
      const seeds = all.filter((seed) => isNumber(ofA.get(seed)) && isNumber(ofB.get(seed)));
      const take = (from: MetricValues): number[] => seeds.map((seed) => from.get(seed) ?? NaN);
      const leftOut = all.filter((seed) => !seeds.includes(seed));
      return { a, b, metric, seeds, leftOut, ...comparePairs(take(ofA), take(ofB)) };
    }),
  );
  const tested = compared.filter(({ pairedT }) => pairedT.p !== null);
  const corrected =
    tested.length === 0
      ? []
      : padjust(
          tested.map(({ pairedT }) => pairedT.p ?? NaN),
          "holm",
        );
  return compared.map((each) => {
    const index = tested.indexOf(each);
    const pHolm = index < 0 ? null : (corrected[index] ?? null);
    return { ...each, pHolm, verdict: verdictOf(each, pHolm) };
  });
}

export interface TestedHypothesis extends HypothesisSpec {
  readonly verdict: "supported" | "contradicted" | "no difference shown" | "not testable";
  readonly comparison: CircuitComparison;
}

/** Holds what was expected against what came out. Metrics of which nobody says which way is better cannot be judged. */
export function testHypothesis(
  hypothesis: HypothesisSpec,
  comparisons: readonly CircuitComparison[],
): TestedHypothesis | undefined {
  const { metric, better, than } = hypothesis;
  const comparison = comparisons.find(
    ({ a, b, metric: of }) => of === metric && ((a === better && b === than) || (a === than && b === better)),
  );
  const direction = betterDirection(metric);
  if (comparison === undefined) return undefined;
  const { verdict } = comparison;
  if (verdict === "no difference shown" || verdict === "not testable" || direction === undefined) {
    return {
      ...hypothesis,
      comparison,
      verdict: direction === undefined ? "not testable" : (verdict as "not testable"),
    };
  }
  const betterIsLower = (verdict === "a is lower") === (comparison.a === better);
  return {
    ...hypothesis,
    comparison,
    verdict: betterIsLower === (direction === "lower") ? "supported" : "contradicted",
  };
}

const lowerIsBetter: ReadonlySet<string> = new Set(["mse", "bce", "discrepancy", "error", "seconds"]);
const higherIsBetter: ReadonlySet<string> = new Set([
  "ssim",
  "ssimWindow",
  "psnr",
  "accuracy",
  "logLikelihood",
  "logp",
]);

/** Which way of a metric is the better one, by its name. */
export function betterDirection(metric: string): "lower" | "higher" | undefined {
  const name = metric.split(".").at(-1) ?? "";
  return lowerIsBetter.has(name) ? "lower" : higherIsBetter.has(name) ? "higher" : undefined;
}

function pairsOf(circuits: readonly string[], baseline: string | undefined): readonly (readonly [string, string])[] {
  if (baseline !== undefined) return circuits.filter((id) => id !== baseline).map((id) => [id, baseline] as const);
  // The later one first, so that a difference says what a change to the first circuit does.
  return circuits.flatMap((b, i) => circuits.slice(i + 1).map((a) => [a, b] as const));
}

function verdictOf({ meanDifference }: PairedStatistics, pHolm: number | null): Verdict {
  if (pHolm === null) return "not testable";
  if (pHolm >= level) return "no difference shown";
  return meanDifference < 0 ? "a is lower" : "a is higher";
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
