/** What others print of a table's contenders, as data. */
import { readFileSync } from "node:fs";
import type { TableTask } from "./tables.ts";

/** A mean, with its standard deviation over trials where it is printed; or what several report, from the lowest to the highest. */
export type Figure = { readonly mean: number; readonly sd?: number } | { readonly low: number; readonly high: number };

type Written = readonly [mean: number, sd?: number] | { readonly low: number; readonly high: number };
/** By data, contender, kind of task and metric. */
type Figures = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Written>>>>>> | undefined>
>;

const papers: Figures = { ...read("conv-ngc-paper.json"), ...read("mnist-figures.json") };

/** The paper's names of contenders that ours call otherwise. */
const paperNames: Readonly<Record<string, string>> = { ngc: "ngc-dense" };

const kinds: Readonly<Record<TableTask, string>> = {
  reconstruct: "reconstruction",
  denoise: "denoising",
  density: "density",
  classify: "classification",
};

/**
 * @param data   `cifar10`, or `svhn-to-cifar10` where training and test data differ
 * @param metric `mse`, `ssim`, `psnr`, `logDensity`, `asReleased`, `accuracy`
 * @source ConvNGC tables 1 and 2; NGC, as its released code prints
 */
export function paperFigure(data: string, contender: string, task: TableTask, metric: string): Figure | undefined {
  const found = papers[data]?.[paperNames[contender] ?? contender]?.[kinds[task]]?.[metric];
  if (found === undefined || "low" in found) return found;
  const [mean, sd] = found;
  return { mean, ...(sd !== undefined && { sd }) };
}

function read(file: string): Figures {
  return JSON.parse(readFileSync(new URL(`../../data/${file}`, import.meta.url), "utf8")) as Figures;
}
