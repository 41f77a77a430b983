/** Ours beside the paper's, for people. */
import { createRunningMoments } from "@settle/metrics";
import type { OpenSection } from "./open-section.ts";
import { type Figure, paperFigure } from "./paper-figures.ts";
import type { PartResult, ScoredTest } from "./part.ts";
import type { Recipe } from "./recipe.ts";
import type { TableDefinition, TableTask, TestOf } from "./tables.ts";

interface Column {
  readonly key: string;
  readonly heading: string;
  readonly digits: number;
  /** What the score is multiplied by. Default 1. */
  readonly times?: number;
  /** Whether there is no published figure to stand beside it. */
  readonly alone?: true;
}

const images: readonly Column[] = [
  { key: "mse", heading: "MSE ↓", digits: 2 },
  { key: "ssim", heading: "SSIM ↑", digits: 4 },
  { key: "psnr", heading: "PSNR dB ↑", digits: 2 },
];
const binaryImages: readonly Column[] = [
  { key: "bce", heading: "BCE nats ↓", digits: 2, alone: true },
  { key: "mse", heading: "MSE ↓", digits: 2, alone: true },
];
const densities: readonly Column[] = [
  { key: "logDensity", heading: "log p(x) nats ↑", digits: 2 },
  { key: "standardError", heading: "its standard error", digits: 2, alone: true },
  { key: "effectiveDraws", heading: "effective draws", digits: 1, alone: true },
  { key: "asReleased", heading: "as the released script prints it", digits: 2 },
];
const classes: readonly Column[] = [{ key: "accuracy", heading: "accuracy % ↑", digits: 2, times: 100 }];

const titles: Readonly<Record<TableTask, string>> = {
  reconstruct: "reconstruction",
  denoise: "denoising",
  density: "density",
  classify: "classification",
};

/**
 * Markdown: a section per test, a row per contender and reading, each metric as mean ± standard deviation over seeds; then
 * how they were made, and what is to be known of the data.
 */
export function renderTable(
  { title, sections }: TableDefinition,
  parts: readonly PartResult[],
  opened: readonly OpenSection[],
): string {
  const lines = [`# ${title}`, ""];
  for (const { tests, contenders } of sections) {
    const own = parts.filter(({ plan }) => contenders.some(({ name }) => name === plan.contender.name));
    if (own.length === 0) continue;
    for (const test of tests) {
      for (const task of test.tasks) {
        const columns = columnsOf(test, task);
        const heads = columns.flatMap(({ heading, alone }) => [heading, ...(alone ? [] : ["published"])]);
        lines.push(`## ${test.key}: ${titles[task]}${tested(own, test, task)}`, "");
        lines.push(`| | numbers | seeds | ${heads.join(" | ")} |`);
        lines.push(`| --- | ---: | ---: | ${heads.map(() => "---:").join(" | ")} |`);
        for (const [name, group] of byContender(own)) lines.push(...rowsOf(name, group, { test, task, columns }));
        lines.push("");
      }
    }
  }
  lines.push(...howMade(parts, opened), "");
  const notes = opened.flatMap(({ training, tests }) => [training, ...tests.map(({ source }) => source)]);
  for (const note of new Set(notes.flatMap((data) => data.notes.map(({ message }) => message)))) lines.push(note, "");
  const failed = parts.filter((part) => part.failed !== undefined);
  for (const { plan, failed: why } of failed)
    lines.push(`${plan.contender.name}, seed ${plan.seed}, failed: ${why}`, "");
  return lines.join("\n");
}

function tested(parts: readonly PartResult[], { key }: TestOf, task: TableTask): string {
  const found = parts.flatMap(({ tests }) => tests).find((each) => each.key === key && each.task === task);
  return found === undefined ? "" : `, ${found.images.toLocaleString("en-US")} images`;
}

function howMade(parts: readonly PartResult[], opened: readonly OpenSection[]): readonly string[] {
  const rows = [...byContender(parts)].map(([name, group]) => {
    const { plan, engine } = group[0] as PartResult;
    const section = opened.find(({ definition }) => definition.contenders.some((each) => each.name === name));
    const { epochs, batch } = plan.recipe;
    const minutes = group.reduce((sum, { seconds }) => sum + seconds, 0) / 60 / group.length;
    const size = section?.training.size.toLocaleString("en-US") ?? "–";
    return `| ${name} | ${size} | ${epochs} | ${batch} | ${rateText(plan.recipe)} | ${engine.name} | ${minutes.toFixed(1)} |`;
  });
  const head = "| | training images | epochs | batch | Adam's rate | engine | minutes a seed, with the tests |";
  return ["## How", "", head, "| --- | ---: | ---: | ---: | --- | --- | ---: |", ...rows];
}

function rateText({ rate, tail, ownSchedule }: Recipe): string {
  if (ownSchedule === true) return `${rate}, by the circuit's schedule`;
  if (tail === 0) return String(rate);
  return `${rate}, along half a cosine to 0${tail < 1 ? ` over the last ${Math.round(100 * tail)} %` : ""}`;
}

function columnsOf({ binary }: TestOf, task: TableTask): readonly Column[] {
  switch (task) {
    case "reconstruct":
      return binary ? binaryImages : images;
    case "denoise":
      return images;
    case "density":
      return densities;
    case "classify":
      return classes;
    default:
      return task satisfies never;
  }
}

function rowsOf(
  name: string,
  parts: readonly PartResult[],
  asked: { readonly test: TestOf; readonly task: TableTask; readonly columns: readonly Column[] },
): readonly string[] {
  const { test, task, columns } = asked;
  const scored = parts.flatMap(({ tests }) => tests.filter((each) => each.key === test.key && each.task === task));
  const readings = [...new Set(scored.map(({ reading }) => reading))];
  const parameters = parts[0]?.parameters.toLocaleString("en-US") ?? "";
  if (readings.length === 0) {
    const none = columns.map(({ alone }) => (alone ? "–" : "– | –"));
    return [`| ${name} | ${parameters} | 0 | ${none.join(" | ")} |`];
  }
  return readings.map((reading) => {
    const group = scored.filter((each) => each.reading === reading);
    const cells = columns.flatMap((column) => [
      ours(group, column),
      ...(column.alone ? [] : [theirs(paperFigure(test.key, name, task, column.key), column)]),
    ]);
    return `| ${name}${reading === "" ? "" : `, ${reading}`} | ${parameters} | ${group.length} | ${cells.join(" | ")} |`;
  });
}

function ours(group: readonly ScoredTest[], { key, digits, times = 1 }: Column): string {
  const moments = createRunningMoments();
  for (const { scores } of group) moments.add(times * (scores[key] ?? Number.NaN));
  const { mean, sd, count } = moments.moments();
  return `${mean.toFixed(digits)}${count > 1 ? ` ± ${sd.toFixed(digits)}` : ""}`;
}

function theirs(figure: Figure | undefined, { digits, times = 1 }: Column): string {
  const print = (value: number): string => (times * value).toFixed(digits);
  if (figure === undefined) return "–";
  if ("low" in figure) return `${print(figure.low)} … ${print(figure.high)}`;
  return `${print(figure.mean)}${figure.sd === undefined ? "" : ` ± ${print(figure.sd)}`}`;
}

function byContender(parts: readonly PartResult[]): ReadonlyMap<string, readonly PartResult[]> {
  const groups = new Map<string, PartResult[]>();
  for (const part of parts) {
    const { name } = part.plan.contender;
    groups.set(name, [...(groups.get(name) ?? []), part]);
  }
  return groups;
}
