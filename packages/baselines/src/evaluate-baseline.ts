/** Scores a baseline by the metrics, and on the noisy images, that circuits meet. */
import { addGaussianNoise } from "@settle/data";
import { createImageMetrics, type ImageMetricName } from "@settle/metrics";
import type { SampleSource } from "@settle/runtime";
import type { Baseline } from "./baseline.ts";

export interface EvaluateBaselineOptions {
  readonly source: SampleSource;
  readonly task: "reconstruct" | "denoise";
  /** Decides the noise. Default the baseline's. */
  readonly seed?: number;
  /** Default 0.1. */
  readonly noise?: number;
  /** The first so many samples. Default all. */
  readonly limit?: number;
  /** Default 100. */
  readonly batch?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface BaselineEvaluation {
  readonly task: "reconstruct" | "denoise";
  readonly data: string;
  readonly images: number;
  readonly metrics: Readonly<Partial<Record<ImageMetricName, number>>>;
}

/** @source ConvNGC section 4, eqs. 4–6 */
export async function evaluateBaseline(
  baseline: Baseline,
  options: EvaluateBaselineOptions,
): Promise<BaselineEvaluation> {
  const { source, task, seed = baseline.seed, noise = 0.1, batch = 100, onProgress, signal } = options;
  const images = Math.min(source.size, options.limit ?? source.size);
  const metrics = createImageMetrics(baseline.shape);
  for (let at = 0; at < images; at += batch) {
    signal?.throwIfAborted();
    const samples = Array.from({ length: Math.min(batch, images - at) }, (_, i) => at + i);
    const clean = (await source.read(samples))["image"] as Float32Array;
    const shown = task === "denoise" ? addGaussianNoise(clean, { seed, samples }, noise) : clean;
    metrics.add(clean, await baseline.reconstruct(shown, samples.length));
    onProgress?.(at + samples.length, images);
  }
  const means = Object.entries(metrics.summary().metrics).map(([name, { mean }]) => [name, mean]);
  return { task, data: source.name, images, metrics: Object.fromEntries(means) as BaselineEvaluation["metrics"] };
}
