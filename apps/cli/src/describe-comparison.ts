/** A comparison in tables, for the terminal. */
import {
  circuitsTable,
  type Comparison,
  comparisonsTable,
  summarize,
  type TextTable,
  warningsOf,
} from "@settle/experiments";
import Table from "cli-table3";
import { join } from "node:path";
import type { Colors } from "./context.ts";
import { formatSeconds } from "./progress.ts";

/** What `settle compare` tells people. */
export function describeComparison(comparison: Comparison, colors: Colors): string {
  const { dir, time } = comparison;
  const { bold } = colors;
  const warnings = warningsOf(comparison);
  return [
    render(circuitsTable(comparison), colors),
    render(comparisonsTable(comparison), colors),
    bold(summarize(comparison)),
    ...warnings,
    timeLine(time),
    `The report is ${join(dir, "report.html")}; tables for papers are in ${join(dir, "tables")}.`,
  ].join("\n");
}

function timeLine({ estimated, runs, total, workers, made }: Comparison["time"]): string {
  if (made === 0) return `All runs were there; ${formatSeconds(total)} in all.`;
  const said = estimated === undefined ? "" : ` (estimated ${formatSeconds(estimated)})`;
  return `${made} runs in ${formatSeconds(runs)}${said} with ${workers} ${workers === 1 ? "worker" : "workers"}; ${formatSeconds(total)} in all.`;
}

function render({ columns, rows }: TextTable, { isColorSupported }: Colors): string {
  const table = new Table({
    head: columns.map(({ label }) => label),
    colAligns: columns.map(({ align }) => align),
    style: { head: isColorSupported ? ["bold"] : [], border: isColorSupported ? ["gray"] : [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
