/** What the Conv-NGC paper prints, tables 1 and 2, as data. */
import { readFileSync } from "node:fs";

export interface Figure {
  readonly mean: number;
  /** Standard deviation over five trials. */
  readonly sd: number;
}

type Figures = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>>>;

const papers = JSON.parse(readFileSync(new URL("../../data/conv-ngc-paper.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Figures | undefined>
>;

/** The paper's names of contenders that ours call otherwise. */
const paperNames: Readonly<Record<string, string>> = { ngc: "ngc-dense" };

/**
 * @param data `cifar10`, or `svhn-to-cifar10` where training and test data differ
 * @param task `reconstruct` or `denoise`
 * @param metric `mse`, `ssim`, `psnr`
 * @source ConvNGC tables 1 and 2
 */
export function paperFigure(data: string, contender: string, task: string, metric: string): Figure | undefined {
  const kind = task === "reconstruct" ? "reconstruction" : "denoising";
  const found = papers[data]?.[paperNames[contender] ?? contender]?.[kind]?.[metric];
  return found && { mean: found[0], sd: found[1] };
}
