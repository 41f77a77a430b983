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

/** The score of a test that is compared: the first of these that all contenders have. */
const headline = ["bce", "mse", "logDensity", "accuracy"] as const;

/** What is compared: a score of a test, as it is read. */
interface Compared {
  readonly key: string;
  readonly task: string;
  readonly reading: string;
  readonly score: string;
}

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
  const compared = new Map(comparedIn(parts).map((each) => [nameOf(each), each]));
  const values = (contender: string, metric: string): MetricValues => {
    const own = parts.filter(({ plan }) => plan.contender.name === contender);
    return new Map(own.map((part) => [part.plan.seed, scoreOf(part, compared.get(metric))]));
  };
  const all = compareCircuits(contenders, [...compared.keys()], values);
  const comparisons = all.filter(({ n }) => n > 1);
  if (comparisons.length === 0) return undefined;
  const markdown = markdownTable(comparisonsTable({ plan: { name: table }, comparisons }));
  await writeWhole(join(dir, "differences.md"), markdown, "write the differences");
  return { comparisons, markdown };
}

/** In the order of the tests. What answers in one go has no reading of its own where others have. */
function comparedIn(parts: readonly PartResult[]): readonly Compared[] {
  const tests = parts.flatMap((part) => part.tests);
  return tests.flatMap(({ key, task, reading }) => {
    const same = tests.filter((each) => key === each.key && task === each.task);
    const score = headline.find((each) => same.every(({ scores }) => each in scores));
    const isRead = same.some((each) => each.reading !== "");
    return score === undefined || (isRead && reading === "") ? [] : [{ key, task, reading, score }];
  });
}

function scoreOf({ tests }: PartResult, wanted: Compared | undefined): number | null {
  const test = tests.find(
    ({ key, task, reading }) =>
      key === wanted?.key && task === wanted.task && (reading === wanted.reading || reading === ""),
  );
  const value = test?.scores[wanted?.score ?? ""];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** `cifar10.denoise.clamped.mse` */
function nameOf({ key, task, reading, score }: Compared): string {
  return [key, task, reading, score].filter((part) => part !== "").join(".");
}
