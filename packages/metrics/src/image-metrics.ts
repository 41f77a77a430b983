/** Scores of images that arrive in batches, each metric under its own name. */
import { bceOfImage } from "./bce.ts";
import { clipToUnit, countImages, imageLayout, type NumberArray } from "./image-layout.ts";
import type { ImageScore, MetricOptions } from "./mean-over-images.ts";
import { mseOfImage } from "./mse.ts";
import { psnrOfImage } from "./psnr.ts";
import { createRunningMoments, type Moments, type RunningMoments } from "./running-moments.ts";
import { ssimOfImage } from "./ssim.ts";
import { hasWindow, ssimWindowOfImage } from "./ssim-window.ts";

const scores = {
  mse: mseOfImage,
  ssim: ssimOfImage,
  ssimWindow: ssimWindowOfImage,
  psnr: psnrOfImage,
  bce: bceOfImage,
} as const satisfies Readonly<Record<string, ImageScore>>;

export type ImageMetricName = keyof typeof scores;

export interface ImageMetricsOptions extends MetricOptions {
  /** Which to compute. Default: mse, ssim, psnr, and ssimWindow where its window fits into the image. */
  readonly metrics?: readonly ImageMetricName[];
  /** Whether predictions are probabilities: bce is then one of the default metrics. Default false. */
  readonly probabilities?: boolean;
}

export interface ImageMetricsSummary {
  /** How many images were scored. */
  readonly images: number;
  /** Mean and standard deviation over images. */
  readonly metrics: Readonly<Partial<Record<ImageMetricName, Moments>>>;
}

export interface ImageMetrics {
  /** Scores one batch: both `[images, ...shape]`, on the scale 0 … 1. */
  add(target: NumberArray, prediction: NumberArray): void;
  summary(): ImageMetricsSummary;
}

/**
 * Collects the metrics of images in constant memory.
 *
 * @param shape of one image, `[height, width, channels]`
 * @throws {SettleError} `metrics/not-an-image`; from `add`, `metrics/size-mismatch`, and `metrics/image-too-small` when
 *   `ssimWindow` was asked for and does not fit
 */
export function createImageMetrics(
  shape: readonly number[],
  { metrics, probabilities = false, clip = false }: ImageMetricsOptions = {},
): ImageMetrics {
  const layout = imageLayout(shape);
  const names =
    metrics ??
    ([
      ...(["mse", "ssim"] as const),
      ...(hasWindow(layout) ? (["ssimWindow"] as const) : []),
      "psnr",
      ...(probabilities ? (["bce"] as const) : []),
    ] as const);
  const running = new Map<ImageMetricName, RunningMoments>(names.map((name) => [name, createRunningMoments()]));
  let images = 0;
  return {
    add(target, prediction) {
      const batch = countImages(target, prediction, layout);
      const scored = clip ? clipToUnit(prediction) : prediction;
      for (const [name, moments] of running) {
        const score: ImageScore = scores[name];
        for (let image = 0; image < batch; image++) moments.add(score(target, scored, layout, image * layout.size));
      }
      images += batch;
    },
    summary: () => ({
      images,
      metrics: Object.fromEntries([...running].map(([name, moments]) => [name, moments.moments()])),
    }),
  };
}
