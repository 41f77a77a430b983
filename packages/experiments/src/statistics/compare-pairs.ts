/** Two circuits over the same seeds: how much they differ, and whether that can be chance. */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import ttest from "@stdlib/stats-ttest";
import wilcoxon from "@stdlib/stats-wilcoxon";
import { bootstrapInterval } from "./bootstrap-interval.ts";
import { seedsNeeded } from "./seeds-needed.ts";

/** Statistics of the differences a − b, one a pair. Null where too few pairs, or equal ones, leave nothing to say. */
export interface PairedStatistics {
  /** Pairs. */
  readonly n: number;
  readonly meanA: number;
  readonly meanB: number;
  readonly meanDifference: number;
  /** Standard deviation of the differences. */
  readonly sd: number | null;
  /** 95 % interval of the mean difference by Student's t. */
  readonly ci95: readonly [low: number, high: number] | null;
  /** The same by percentile bootstrap; narrow for few pairs. */
  readonly ci95Bootstrap: readonly [low: number, high: number] | null;
  /** Two-sided. */
  readonly pairedT: { readonly t: number | null; readonly df: number; readonly p: number | null };
  /**
   * Two-sided signed-rank test: w, the smaller sum of ranks; exact without ties for up to fifty pairs, else by the normal
   * approximation with its correction for continuity.
   */
  readonly wilcoxon: { readonly w: number | null; readonly p: number | null };
  /** Cohen's d for pairs (d_z): mean difference over the standard deviation of the differences. */
  readonly cohensD: number | null;
  /** Pairs with which a difference of this size would be found with 80 % power; null above 1000 or where not defined. */
  readonly seedsNeeded: number | null;
}

/**
 * @param a, b  one value a pair, in the same order; at least one
 * @source Student1908, Wilcoxon1945, Cohen1988
 */
export function comparePairs(a: readonly number[], b: readonly number[]): PairedStatistics {
  const n = a.length;
  const differences = a.map((value, i) => value - (b[i] ?? NaN));
  const meanDifference = mean(differences);
  const base = { n, meanA: mean(a), meanB: mean(b), meanDifference };
  if (n < 2) return { ...base, ...nothing };
  const sd = Math.sqrt(differences.reduce((sum, each) => sum + (each - meanDifference) ** 2, 0) / (n - 1));
  const half = (tQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  const effect = sd > 0 ? meanDifference / sd : undefined;
  return {
    ...base,
    sd,
    ci95: [meanDifference - half, meanDifference + half],
    ci95Bootstrap: bootstrapInterval(differences),
    pairedT: studentTest(differences, sd),
    wilcoxon: signedRankTest(differences),
    cohensD: effect ?? null,
    seedsNeeded: effect === undefined ? null : (seedsNeeded(effect) ?? null),
  };
}

const nothing = {
  sd: null,
  ci95: null,
  ci95Bootstrap: null,
  pairedT: { t: null, df: 0, p: null },
  wilcoxon: { w: null, p: null },
  cohensD: null,
  seedsNeeded: null,
} as const;

function studentTest(differences: readonly number[], sd: number): PairedStatistics["pairedT"] {
  const df = differences.length - 1;
  // Equal differences: none at all shows no difference, others leave t without a measure.
  if (!(sd > 0)) return { t: null, df, p: differences.every((each) => each === 0) ? 1 : null };
  const { statistic, pValue } = ttest([...differences]);
  return { t: statistic, df, p: pValue };
}

function signedRankTest(differences: readonly number[]): PairedStatistics["wilcoxon"] {
  const ranked = differences.filter((each) => each !== 0);
  if (ranked.length === 0) return { w: 0, p: 1 };
  const { statistic, pValue } = wilcoxon(ranked);
  const sumOfRanks = (ranked.length * (ranked.length + 1)) / 2;
  return { w: Math.min(statistic, sumOfRanks - statistic), p: Math.min(1, pValue) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
