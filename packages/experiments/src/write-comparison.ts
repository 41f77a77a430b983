/** Writes what a comparison came to: JSON, CSV, tables for papers, and the page. */
import { writeWhole } from "@settle/runs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Compared, Comparison } from "./comparison.ts";
import type { LoadedExperiment } from "./load-experiment.ts";
import { comparisonJson } from "./report/comparison-json.ts";
import { tablesOf } from "./report/comparison-tables.ts";
import { csvTable, latexTable, markdownTable } from "./report/table.ts";
import { writeComparisonReport } from "./report/write-comparison-report.ts";

/**
 * @param began  `performance.now()` when the command began, for the time it took in all
 * @throws {SettleError} `runs/…` when the folder cannot be written to
 */
export async function writeComparison(
  experiment: LoadedExperiment,
  compared: Compared,
  began: number,
): Promise<Comparison> {
  const started = performance.now();
  const { dir } = compared;
  const timed = (): Comparison => {
    const now = performance.now();
    return {
      ...compared,
      time: { ...compared.time, report: (now - started) / 1000, total: (now - began) / 1000 },
    };
  };
  const tables = tablesOf(timed());
  await mkdir(join(dir, "tables"), { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeWhole(join(dir, name), text, "write the results");
  await write("runs.csv", runsCsv(compared));
  await write("comparisons.csv", comparisonsCsv(compared));
  await write("tables/tables.md", tables.map(markdownTable).join("\n"));
  await write("tables/tables.tex", tables.map(latexTable).join("\n"));
  await writeComparisonReport(experiment, timed());
  const comparison = timed();
  await write("comparison.json", `${JSON.stringify(comparisonJson(comparison), undefined, 2)}\n`);
  return comparison;
}

function runsCsv({ runs }: Compared): string {
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  return csvTable(
    ["circuit", "seed", "status", "key", "trainingSeconds", ...metrics],
    runs.map(({ circuit, seed, status, key, trainingSeconds, metrics: values }) => [
      circuit,
      seed,
      status,
      key,
      trainingSeconds,
      ...metrics.map((metric) => values[metric] ?? null),
    ]),
  );
}

function comparisonsCsv({ comparisons }: Compared): string {
  const columns =
    "metric,a,b,n,meanA,meanB,meanDifference,sd,ci95Low,ci95High,bootstrapLow,bootstrapHigh,t,df,p,wilcoxonW,wilcoxonP,pHolm,cohensD,seedsNeeded,outcome";
  return csvTable(
    columns.split(","),
    comparisons.map((each) => [
      each.metric,
      each.a,
      each.b,
      each.n,
      each.meanA,
      each.meanB,
      each.meanDifference,
      each.sd,
      ...(each.ci95 ?? [null, null]),
      ...(each.ci95Bootstrap ?? [null, null]),
      each.pairedT.t,
      each.pairedT.df,
      each.pairedT.p,
      each.wilcoxon.w,
      each.wilcoxon.p,
      each.pHolm,
      each.cohensD,
      each.seedsNeeded,
      each.verdict,
    ]),
  );
}
