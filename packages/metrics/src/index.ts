export { bce } from "./bce.ts";
export { discrepancy } from "./discrepancy.ts";
export type { NumberArray } from "./image-layout.ts";
export {
  createImageMetrics,
  type ImageMetricName,
  type ImageMetrics,
  type ImageMetricsOptions,
  type ImageMetricsSummary,
} from "./image-metrics.ts";
export type { BatchMetric, MetricOptions } from "./mean-over-images.ts";
export { mse } from "./mse.ts";
export { psnr } from "./psnr.ts";
export { createRunningMoments, type Moments, type RunningMoments } from "./running-moments.ts";
export { ssim } from "./ssim.ts";
export { ssimWindow } from "./ssim-window.ts";
