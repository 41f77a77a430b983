/** The tables of a comparison: what each circuit came to, how they differ, and what papers printed. */
import { formatNumber } from "@settle/runs";
import type { Comparison } from "../comparison.ts";
import { betterDirection, type CircuitComparison } from "../statistics/compare-circuits.ts";
import { mostSeeds } from "../statistics/seeds-needed.ts";
import { meanInterval } from "./mean-interval.ts";
import { metricsCompared } from "./metrics-compared.ts";
import type { TextTable } from "./table.ts";

/** One row a circuit: what it costs, then each metric's mean with its 95 % interval. */
export function circuitsTable(comparison: Comparison): TextTable {
  const { plan, runs } = comparison;
  const metrics = metricsCompared(comparison);
  const meansOf = (id: string): readonly string[] =>
    metrics.map((metric) => {
      const values = runs.filter(({ circuit }) => circuit === id).map((run) => run.metrics[metric]);
      return showMean(values, plan.seeds.length);
    });
  const arrow = { lower: " ↓", higher: " ↑" } as const;
  return {
    name: `${plan.name}-circuits`,
    caption: `Mean over seeds ± half of the 95 % interval of the mean (Student's t); ${plan.seeds.length} seeds where no other number is given.`,
    columns: [
      { label: "Circuit", align: "left" },
      { label: "Hierarchical", align: "left" },
      { label: "Parameters", align: "right" },
      { label: "Steps", align: "right" },
      { label: "MFLOP a settle", align: "right" },
      ...metrics.map((metric) => {
        const better = betterDirection(metric);
        return { label: `${metric}${better === undefined ? "" : arrow[better]}`, align: "right" as const };
      }),
    ],
    rows: [
      ...plan.circuits.map(({ id, title, analysis }) => [
        title,
        analysis.class.hierarchical ? "yes" : "no",
        formatNumber(analysis.parameters.total),
        formatNumber(analysis.steps),
        formatNumber(analysis.flopsPerSettle / 1e6, 1),
        ...meansOf(id),
      ]),
      ...plan.autoencoders.map(({ id, title, parameters }) => [
        title,
        "–",
        formatNumber(parameters),
        "–",
        "–",
        ...meansOf(id),
      ]),
    ],
  };
}

/** One row a comparison: what the verdict rests on. */
export function comparisonsTable({
  plan,
  comparisons,
}: Pick<Comparison, "comparisons"> & { readonly plan: Pick<Comparison["plan"], "name"> }): TextTable {
  return {
    name: `${plan.name}-comparisons`,
    caption:
      "Paired differences over the same seeds, with 95 % intervals by Student's t; p of the paired t-test after Holm's correction over all rows; d is Cohen's d for pairs (mean over standard deviation of the differences).",
    columns: [
      { label: "Metric", align: "left" },
      { label: "Difference", align: "left" },
      { label: "n", align: "right" },
      { label: "Mean", align: "right" },
      { label: "95 %", align: "right" },
      { label: "p, Holm", align: "right" },
      { label: "d", align: "right" },
      { label: "Outcome", align: "left" },
    ],
    rows: comparisons.map((each) => [
      each.metric,
      differenceOf(each),
      String(each.n),
      each.n === 0 ? "–" : signed(each.meanDifference),
      showInterval(each.ci95),
      showP(each.pHolm),
      each.cohensD === null ? "–" : signed(each.cohensD, 2),
      outcomeOf(each),
    ]),
  };
}

/** The same rows: what else there is to say of them. */
function testsTable({ plan, comparisons }: Comparison): TextTable {
  return {
    name: `${plan.name}-tests`,
    caption:
      "Beside it: 95 % intervals by percentile bootstrap, p of the paired t-test and of Wilcoxon's signed-rank test before correction, and the number of seeds with which such a difference is found with 80 % power.",
    columns: [
      { label: "Metric", align: "left" },
      { label: "Difference", align: "left" },
      { label: "95 %, bootstrap", align: "right" },
      { label: "p, t", align: "right" },
      { label: "p, Wilcoxon", align: "right" },
      { label: "Seeds needed", align: "right" },
    ],
    rows: comparisons.map((each) => [
      each.metric,
      differenceOf(each),
      showInterval(each.ci95Bootstrap),
      showP(each.pairedT.p),
      showP(each.wilcoxon.p),
      each.seedsNeeded === null ? (each.cohensD === null ? "–" : `> ${mostSeeds}`) : String(each.seedsNeeded),
    ]),
  };
}

/** One row a figure that a paper printed: ours beside it, both as mean ± standard deviation. */
function publishedTable({ plan, runs }: Comparison): TextTable {
  const ours = (circuit: string, metric: string): string => {
    const found = meanInterval(runs.filter((run) => run.circuit === circuit).map((run) => run.metrics[metric]));
    if (found?.sd === undefined) return found === undefined ? "–" : formatNumber(Number(found.mean.toPrecision(4)));
    return [found.mean, found.sd].map((value) => formatNumber(value, digitsFor(found.sd ?? 0))).join(" ± ");
  };
  return {
    name: `${plan.name}-published`,
    caption:
      "Ours beside figures that were published, mean ± standard deviation over seeds. Nothing is tested: look under which conditions theirs were made.",
    columns: [
      { label: "Circuit", align: "left" },
      { label: "Metric", align: "left" },
      { label: "Ours", align: "right" },
      { label: "Published", align: "right" },
      { label: "Where", align: "left" },
    ],
    rows: plan.published.map(({ circuit, metric, mean, sd, source }) => {
      const title = plan.contenders.find(({ id }) => id === circuit)?.title ?? circuit;
      // As it was printed.
      return [title, metric, ours(circuit, metric), sd === undefined ? `${mean}` : `${mean} ± ${sd}`, source];
    }),
  };
}

/** The tables of a comparison, in their order. */
export function tablesOf(comparison: Comparison): readonly TextTable[] {
  const published = comparison.plan.published.length > 0 ? [publishedTable] : [];
  return [circuitsTable, comparisonsTable, testsTable, ...published].map((make) => make(comparison));
}

/** Joined by spaces that do not break. */
function differenceOf({ a, b }: CircuitComparison): string {
  return `${a}\u00a0−\u00a0${b}`;
}

/** `skip is lower`, `no difference shown`. */
export function outcomeOf({ a, verdict }: CircuitComparison): string {
  return verdict.replace(/^a /, `${a} `);
}

/** As a paper would write it: `0.031`, `< 0.001`. */
export function showP(p: number | null): string {
  if (p === null) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function showInterval(interval: readonly [number, number] | null): string {
  return interval === null ? "–" : `[${signed(interval[0])}, ${signed(interval[1])}]`;
}

export function signed(value: number, digits?: number): string {
  const text = digits === undefined ? formatNumber(Number(value.toPrecision(3))) : formatNumber(value, digits);
  return value > 0 ? `+${text}` : text;
}

function showMean(values: readonly (number | null | undefined)[], seeds: number): string {
  const found = meanInterval(values);
  if (found === undefined) return "–";
  const { mean, half, n } = found;
  if (half === undefined) return `${formatNumber(mean)} (1 seed)`;
  const digits = digitsFor(half);
  return `${formatNumber(mean, digits)} ± ${formatNumber(half, digits)}${n === seeds ? "" : ` (${n} seeds)`}`;
}

/** So many behind the point that two of the interval's are seen. */
function digitsFor(half: number): number {
  return half > 0 ? Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(half)))) : 3;
}
