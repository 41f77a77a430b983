/** Scores as a table for people. */
import Table from "cli-table3";
import type { Scores } from "@settle/settle";
import type { Colors } from "./context.ts";

const columns: readonly { readonly key: keyof Scores; readonly heading: string; readonly digits: number }[] = [
  { key: "mse", heading: "MSE ↓", digits: 2 },
  { key: "ssim", heading: "SSIM ↑", digits: 4 },
  { key: "ssimWindow", heading: "SSIM 11×11 ↑", digits: 4 },
  { key: "psnr", heading: "PSNR dB ↑", digits: 2 },
];

/** One row per named set of scores; a dash where a metric was not computed. */
export function formatScores(rows: Readonly<Record<string, Scores>>, colors: Colors): string {
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
