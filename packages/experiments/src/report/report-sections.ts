/** The sections of a comparison's report, each from what came out. */
import { formatNumber, type IntervalsBlock, type PlotBlock, type PlotSeries, type ReportSection } from "@settle/runs";
import type { Comparison } from "../comparison.ts";
import { betterDirection } from "../statistics/compare-circuits.ts";
import { tablesOf } from "./comparison-tables.ts";
import { meanInterval } from "./mean-interval.ts";
import { metricsCompared } from "./metrics-compared.ts";
import type { TextTable } from "./table.ts";

export function resultsSection(comparison: Comparison): ReportSection {
  return {
    heading: "Results",
    blocks: tablesOf(comparison).map(tableBlock),
  };
}

/** One plot a metric: the differences of every pair of runs, their mean and its interval. */
export function differencesSection(comparison: Comparison): ReportSection {
  const { comparisons } = comparison;
  return {
    heading: "Paired differences",
    blocks: metricsCompared(comparison).map((metric): IntervalsBlock => {
      const better = betterDirection(metric);
      const hint = better === undefined ? "" : better === "lower" ? " Left is better." : " Right is better.";
      return {
        kind: "intervals",
        name: `differences-${slug(metric)}`,
        caption: `${metric}: mean difference over paired seeds with its 95 % interval (t), the pairs below it.${hint} Coloured where Holm's p is below 0.05.`,
        x: { label: `difference in ${metric}` },
        rows: comparisons
          .filter((each) => each.metric === metric)
          .map(({ a, b, meanDifference, ci95, seeds, verdict }) => ({
            label: `${a} − ${b}`,
            ...(ci95 !== null && { interval: { mean: meanDifference, low: ci95[0], high: ci95[1] } }),
            values: seeds.map((seed) => valueOf(comparison, a, seed, metric) - valueOf(comparison, b, seed, metric)),
            marked: verdict === "a is lower" || verdict === "a is higher",
          })),
      };
    }),
  };
}

export function curvesSection({ plan, runs }: Comparison): ReportSection {
  const series = plan.contenders.map(({ id, title }): PlotSeries => {
    const curves = runs.filter(({ circuit }) => circuit === id).map(({ curve }) => new Map(curve));
    const epochs = [...new Set(curves.flatMap((curve) => [...curve.keys()]))].sort((a, b) => a - b);
    const means = epochs.flatMap((epoch) => {
      const found = meanInterval(curves.map((curve) => curve.get(epoch)));
      return found === undefined ? [] : [{ epoch, ...found }];
    });
    return {
      name: title,
      points: means.map(({ epoch, mean }) => [epoch, mean]),
      band: means.flatMap(({ epoch, mean, half }) => (half === undefined ? [] : [[epoch, mean - half, mean + half]])),
    };
  });
  return {
    heading: "Learning",
    blocks: [
      {
        kind: "plot",
        name: "learning",
        caption:
          "Total discrepancy of the training images, mean over each epoch and over seeds, with the 95 % interval of the mean. Discrepancies of different circuits sum over different error nodes: compare their courses, not their heights. An autoencoder's is that of its answers.",
        x: { label: "epoch" },
        y: { label: "discrepancy" },
        series,
      },
    ],
  };
}

/** The first metric, and each further of another task, against what a circuit costs. */
export function costsSection(comparison: Comparison): ReportSection {
  const { plan, runs } = comparison;
  const seconds = (id: string): number =>
    meanInterval(
      runs
        .filter(({ circuit, trainingSeconds }) => circuit === id && trainingSeconds > 0)
        .map((run) => run.trainingSeconds),
    )?.mean ?? NaN;
  const circuitOf = (wanted: string) => plan.circuits.find(({ id }) => id === wanted);
  const autoencoderOf = (wanted: string) => plan.autoencoders.find(({ id }) => id === wanted);
  const costs: readonly { readonly name: string; readonly label: string; of: (id: string) => number }[] = [
    {
      name: "parameters",
      label: "parameters",
      of: (id) => circuitOf(id)?.analysis.parameters.total ?? autoencoderOf(id)?.parameters ?? NaN,
    },
    { name: "flops", label: "MFLOP a settle", of: (id) => (circuitOf(id)?.analysis.flopsPerSettle ?? NaN) / 1e6 },
    { name: "time", label: "seconds of training", of: seconds },
  ];
  const telling = costs.filter(({ of }) => differ(plan.contenders.map(({ id }) => of(id))));
  const tasks = new Set<string>();
  const metrics = metricsCompared(comparison).filter((metric) => {
    const task = metric.split(".")[0] ?? "";
    return !tasks.has(task) && tasks.add(task);
  });
  return {
    heading: "Quality and cost",
    blocks: metrics.flatMap((metric) =>
      telling.map(({ name, label, of }): PlotBlock => ({
        kind: "plot",
        name: `cost-${name}-${slug(metric)}`,
        caption: `${metric} against ${label}: mean over seeds with its 95 % interval.`,
        x: { label },
        y: { label: metric },
        series: plan.contenders.flatMap(({ id, title }): readonly PlotSeries[] => {
          const values = runs.filter((run) => run.circuit === id).map((run) => run.metrics[metric]);
          const found = meanInterval(values);
          const at = of(id);
          if (!Number.isFinite(at)) return [];
          const series: PlotSeries = {
            name: title,
            marks: "dots",
            points: found === undefined ? [] : [[at, found.mean]],
            band: found?.half === undefined ? [] : [[at, found.mean - found.half, found.mean + found.half]],
          };
          return [series];
        }),
      })),
    ),
  };
}

/** Whether costs are apart by more than a hundredth: what is held equal would be drawn as one vertical line. */
function differ(costs: readonly number[]): boolean {
  const known = costs.filter(Number.isFinite);
  return Math.max(...known) > 1.01 * Math.min(...known);
}

export function budgetsSection({ plan }: Comparison): ReportSection {
  const names = {
    parameters: "parameters",
    settleSteps: "steps of the settle",
    flops: "FLOPs of a settle",
    wallTime: "seconds an image takes to learn from",
  } as const;
  const adjusted = plan.circuits.flatMap(({ title, adjusted: changes }) =>
    changes.map(({ pointer, from, to }) => `${title}: ${pointer} from ${from} to ${to}`),
  );
  return {
    heading: "Budgets",
    blocks: [
      {
        kind: "table",
        caption:
          "What was held equal, and what came out otherwise. The spread is (largest − smallest) over the first circuit's.",
        columns: [
          { label: "Budget" },
          { label: "Held equal" },
          ...plan.circuits.map(({ title }) => ({ label: title, align: "right" as const })),
          { label: "Spread", align: "right" },
        ],
        rows: plan.budgets.map(({ budget, held, values, spread }) => ({
          cells: [
            names[budget],
            held ? "yes" : "no",
            ...plan.circuits.map(({ id }) => values[id]),
            `${formatNumber(spread * 100, 2)} %`,
          ],
        })),
      },
      ...(adjusted.length > 0
        ? [{ kind: "text" as const, text: `Changed to hold them equal: ${adjusted.join("; ")}.` }]
        : []),
    ],
  };
}

function tableBlock({ caption, columns, rows }: TextTable): ReportSection["blocks"][number] {
  return { kind: "table", caption, columns, rows: rows.map((cells) => ({ cells })) };
}

export function slug(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, "-");
}

function valueOf({ runs }: Comparison, circuit: string, seed: number, metric: string): number {
  return runs.find((run) => run.circuit === circuit && run.seed === seed)?.metrics[metric] ?? NaN;
}
