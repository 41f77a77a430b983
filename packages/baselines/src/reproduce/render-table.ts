/** Ours beside the paper's, for people. */
import { createRunningMoments } from "@settle/metrics";
import type { PartResult } from "./part.ts";
import { paperFigure } from "./paper-figures.ts";
import type { TableDefinition } from "./tables.ts";

const metrics = [
  { key: "mse", heading: "MSE ↓", digits: 2 },
  { key: "ssim", heading: "SSIM ↑", digits: 4 },
  { key: "psnr", heading: "PSNR dB ↑", digits: 2 },
] as const;

/** Markdown: a section per test, a row per contender and reading, each metric as mean ± standard deviation over seeds. */
export function renderTable({ title, tests }: TableDefinition, parts: readonly PartResult[]): string {
  const lines = [`# ${title}`, ""];
  for (const { key, tasks } of tests) {
    for (const task of tasks) {
      lines.push(`## ${key}: ${task === "reconstruct" ? "reconstruction" : "denoising"}`, "");
      lines.push(`| | numbers | seeds | ${metrics.map(({ heading }) => `${heading} | the paper's`).join(" | ")} |`);
      lines.push(`| --- | ---: | ---: | ${metrics.map(() => "---: | ---:").join(" | ")} |`);
      for (const [name, group] of byContender(parts)) lines.push(...rowsOf(name, group, key, task));
      lines.push("");
    }
  }
  const failed = parts.filter((part) => part.failed !== undefined);
  for (const { plan, failed: why } of failed)
    lines.push(`${plan.contender.name}, seed ${plan.seed}, failed: ${why}`, "");
  return lines.join("\n");
}

function rowsOf(name: string, parts: readonly PartResult[], key: string, task: string): readonly string[] {
  const scored = parts.flatMap(({ tests }) => tests.filter((test) => test.key === key && test.task === task));
  const readings = [...new Set(scored.map(({ reading }) => reading))];
  const parameters = parts[0]?.parameters.toLocaleString("en-US") ?? "";
  if (readings.length === 0) return [`| ${name} | ${parameters} | 0 | ${metrics.map(() => "– | –").join(" | ")} |`];
  return readings.map((reading) => {
    const group = scored.filter((test) => test.reading === reading);
    const cells = metrics.map(({ key: metric, digits }) => {
      const moments = createRunningMoments();
      for (const { scores } of group) moments.add(scores[metric] ?? Number.NaN);
      const { mean, sd, count } = moments.moments();
      const paper = paperFigure(key, name, task, metric);
      const theirs = paper === undefined ? "–" : `${paper.mean.toFixed(digits)} ± ${paper.sd.toFixed(digits)}`;
      return `${mean.toFixed(digits)}${count > 1 ? ` ± ${sd.toFixed(digits)}` : ""} | ${theirs}`;
    });
    return `| ${name}${reading === "" ? "" : `, ${reading}`} | ${parameters} | ${group.length} | ${cells.join(" | ")} |`;
  });
}

function byContender(parts: readonly PartResult[]): ReadonlyMap<string, readonly PartResult[]> {
  const groups = new Map<string, PartResult[]>();
  for (const part of parts) {
    const { name } = part.plan.contender;
    groups.set(name, [...(groups.get(name) ?? []), part]);
  }
  return groups;
}
