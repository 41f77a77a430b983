/** Scores several kinds of images at a time, each under its name. */
import { createImageMetrics, type ImageMetrics, type ImageMetricsOptions } from "@settle/metrics";
import type { NumberArray } from "@settle/runtime";
import type { Scores } from "./task.ts";

export class Scorer {
  readonly #shape: readonly number[];
  readonly #options: ImageMetricsOptions;
  readonly #metrics = new Map<string, ImageMetrics>();

  /** @param shape of one image, `[height, width, channels]` */
  constructor(shape: readonly number[], options: ImageMetricsOptions = {}) {
    this.#shape = shape;
    this.#options = options;
  }

  /** @param target, prediction both `[batch, ...shape]`, on the scale 0 … 1 */
  add(name: string, target: NumberArray, prediction: NumberArray): void {
    let metrics = this.#metrics.get(name);
    if (metrics === undefined) {
      metrics = createImageMetrics(this.#shape, this.#options);
      this.#metrics.set(name, metrics);
    }
    metrics.add(target, prediction);
  }

  /** Means over images. */
  scores(): Record<string, Scores> {
    const means = (metrics: ImageMetrics): Scores =>
      Object.fromEntries(Object.entries(metrics.summary().metrics).map(([name, { mean }]) => [name, mean]));
    return Object.fromEntries([...this.#metrics].map(([name, metrics]) => [name, means(metrics)]));
  }
}
