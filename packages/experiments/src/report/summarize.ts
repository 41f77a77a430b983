/** What came out, in sentences. */
import { formatNumber } from "@settle/runs";
import type { Comparison } from "../comparison.ts";
import { fewSeeds, type TestedHypothesis } from "../statistics/compare-circuits.ts";
import { outcomeOf, showP, signed } from "./comparison-tables.ts";

/** One sentence a hypothesis, or how many differences were shown. */
export function summarize(comparison: Comparison): string {
  const { comparisons, hypotheses } = comparison;
  if (hypotheses.length > 0) return hypotheses.map(tellHypothesis).join(" ");
  const shown = comparisons.filter(({ verdict }) => verdict === "a is lower" || verdict === "a is higher");
  if (shown.length === 0) return "No difference is shown.";
  return `${shown.length} of ${comparisons.length} differences are shown: ${shown
    .map((each) => `in ${each.metric} ${outcomeOf(each)} than ${each.b}`)
    .join("; ")}.`;
}

export function tellHypothesis({ says, better, than, metric, verdict, comparison }: TestedHypothesis): string {
  const claim = says ?? `${better} is better than ${than} in ${metric}`;
  const { meanDifference, pHolm, n, a, b } = comparison;
  const figures =
    n === 0 ? "no pairs" : `${a} − ${b} ${signed(meanDifference)}, p ${showP(pHolm)} after Holm, ${n} pairs`;
  const outcome = {
    supported: "is supported",
    contradicted: "is contradicted: the difference goes the other way",
    "no difference shown": "is not supported: no difference is shown",
    "not testable": "could not be tested",
  }[verdict];
  return `“${claim}” ${outcome} (${figures}).`;
}

/** What a reader must know before trusting the figures; none where there is nothing. */
export function warningsOf({ plan, runs, comparisons }: Comparison): readonly string[] {
  const warnings: string[] = [];
  const n = plan.seeds.length;
  if (n < fewSeeds) {
    const least =
      n >= 2 ? `, and with ${n} pairs Wilcoxon's test cannot give a p below ${formatNumber(2 ** (1 - n))}` : "";
    warnings.push(
      `${n} ${n === 1 ? "seed is" : "seeds are"} few: intervals are wide, small differences go unseen${least}.`,
    );
  }
  for (const run of runs) {
    if (run.status === "finished") continue;
    const why = run.diagnostic === undefined ? "" : `: ${run.diagnostic.message}`;
    warnings.push(`${run.circuit} with seed ${run.seed} ${saidOf[run.status]}${why} Its pairs are left out.`);
  }
  const equal = comparisons.filter(({ n: pairs, sd }) => pairs > 1 && sd === 0);
  if (equal.length > 0) {
    warnings.push(`${equal.length} comparisons have the same difference with every seed; t is not defined for them.`);
  }
  return warnings;
}

const saidOf = {
  diverged: "diverged",
  failed: "failed",
  interrupted: "is not finished",
} as const;
