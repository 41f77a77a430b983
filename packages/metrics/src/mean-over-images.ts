/** From a score of one image to the mean score of a batch. */
import { clipToUnit, countImages, type ImageLayout, imageLayout, type NumberArray } from "./image-layout.ts";

/** Scores the image that starts at number `at` of both arrays. */
export type ImageScore = (target: NumberArray, prediction: NumberArray, layout: ImageLayout, at: number) => number;

export interface MetricOptions {
  /** Limit predictions to 0 … 1 before scoring. Default false, as the papers' figures are made. */
  readonly clip?: boolean;
}

/**
 * @param target     `[images, ...shape]`, on the scale 0 … 1
 * @param prediction as `target`
 * @param shape      of one image, `[height, width, channels]`
 */
export type BatchMetric = (
  target: NumberArray,
  prediction: NumberArray,
  shape: readonly number[],
  options?: MetricOptions,
) => number;

export function meanOverImages(score: ImageScore): BatchMetric {
  return (target, prediction, shape, { clip = false } = {}) => {
    const layout = imageLayout(shape);
    const images = countImages(target, prediction, layout);
    const scored = clip ? clipToUnit(prediction) : prediction;
    let sum = 0;
    for (let image = 0; image < images; image++) sum += score(target, scored, layout, image * layout.size);
    return sum / images;
  };
}
