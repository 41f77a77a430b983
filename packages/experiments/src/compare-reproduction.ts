/** How the contenders of a reproduced table differ, over the seeds they share. */
import type { PartResult, Reproduction } from "@settle/baselines";
import { writeWhole } from "@settle/runs";
import { join } from "node:path";
import { comparisonsTable } from "./report/comparison-tables.ts";
import { markdownTable } from "./report/table.ts";
import type { CircuitComparison, MetricValues } from "./statistics/compare-circuits.ts";

export interface ReproductionDifferences {
  readonly comparisons: readonly CircuitComparison[];
  /** As a table; also in `differences.md` of the folder. */
  readonly markdown: string;
}

/** The score of a test that is compared: the first of these that it has. */
const headline = ["bce", "mse", "logDensity", "accuracy"] as const;

/**
 * One seed trains and tests all contenders on the same images and the same noise, so that they are pairs. Every two are
 * compared in every test, in one score of it; what answers in one go counts in each reading of the others.
 *
 * @returns undefined where no two contenders share two seeds
 * @throws {SettleError} `runs/…` when the folder cannot be written to
 */
export async function compareReproduction({
  table,
  dir,
  parts,
}: Pick<Reproduction, "table" | "dir" | "parts">): Promise<ReproductionDifferences | undefined> {
  const { compareCircuits } = await import("./statistics/compare-circuits.ts");
  const contenders = [...new Set(parts.map(({ plan }) => plan.contender.name))];
  const values = (contender: string, metric: string): MetricValues => {
    const own = parts.filter(({ plan }) => plan.contender.name === contender);
    return new Map(own.map((part) => [part.plan.seed, scoreOf(part, metric)]));
  };
  const all = compareCircuits(contenders, metricsOf(parts), values);
  const comparisons = all.filter(({ n }) => n > 1);
  if (comparisons.length === 0) return undefined;
  const markdown = markdownTable(comparisonsTable({ plan: { name: table }, comparisons }));
  await writeWhole(join(dir, "differences.md"), markdown, "write the differences");
  return { comparisons, markdown };
}

/** `cifar10.denoise.clamped.mse`, in the order of the tests. */
function metricsOf(parts: readonly PartResult[]): readonly string[] {
  const tests = parts.flatMap((part) => part.tests);
  const named = tests.flatMap((test) => {
    const others = tests.filter(({ key, task }) => key === test.key && task === test.task);
    const isRead = others.some(({ reading }) => reading !== "");
    const score = headline.find((each) => each in test.scores);
    return score === undefined || (isRead && test.reading === "") ? [] : [nameOf(test, test.reading, score)];
  });
  return [...new Set(named)];
}

/** Of denoising; what answers in one go has the same score in all. */
const readings = ["released", "clamped", "relaxed"] as const;

function scoreOf({ tests }: PartResult, metric: string): number | null {
  for (const test of tests) {
    const score = headline.find((each) => each in test.scores);
    if (score === undefined) continue;
    const names = [nameOf(test, test.reading, score)];
    if (test.reading === "") names.push(...readings.map((reading) => nameOf(test, reading, score)));
    const value = test.scores[score];
    if (names.includes(metric) && value !== undefined && Number.isFinite(value)) return value;
  }
  return null;
}

function nameOf({ key, task }: PartResult["tests"][number], reading: string, score: string): string {
  return [key, task, reading, score].filter((part) => part !== "").join(".");
}
