/** Scores as a table for people. */
import Table from "cli-table3";
import type { Scores } from "@settle/settle";
import type { Colors } from "./context.ts";

const allColumns: readonly { readonly key: keyof Scores; readonly heading: string; readonly digits: number }[] = [
  { key: "mse", heading: "MSE ↓", digits: 2 },
  { key: "ssim", heading: "SSIM ↑", digits: 4 },
  { key: "ssimWindow", heading: "SSIM 11×11 ↑", digits: 4 },
  { key: "psnr", heading: "PSNR dB ↑", digits: 2 },
  { key: "bce", heading: "BCE nats ↓", digits: 2 },
  { key: "accuracy", heading: "accuracy ↑", digits: 4 },
];

/** One row per named set of scores, a column per metric that one of them has; a dash where another has it not. */
export function formatScores(rows: Readonly<Record<string, Scores>>, colors: Colors): string {
  const columns = allColumns.filter(({ key }) => Object.values(rows).some((scores) => scores[key] !== undefined));
  const table = new Table({
    head: ["", ...columns.map(({ heading }) => heading)],
    colAligns: ["left", ...columns.map(() => "right" as const)],
    style: {
      head: colors.isColorSupported ? ["bold"] : [],
      border: colors.isColorSupported ? ["gray"] : [],
      compact: true,
    },
  });
  for (const [name, scores] of Object.entries(rows)) {
    table.push([name, ...columns.map(({ key, digits }) => scores[key]?.toFixed(digits) ?? "–")]);
  }
  return table.toString();
}
