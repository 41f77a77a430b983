/** Binary cross-entropy: what a sigmoid output with its cross-entropy is judged by. */
import { type BatchMetric, type ImageScore, meanOverImages } from "./mean-over-images.ts";

/** Keeps the logarithms finite: predictions are limited to ε … 1 − ε. */
const epsilon = 1e-7;

/**
 * −Σ [x ln p + (1 − x) ln(1 − p)] summed over all numbers of an image; the mean over images. Predictions are limited to
 * 10⁻⁷ … 1 − 10⁻⁷ first, so one outside 0 … 1 counts as (nearly) sure.
 *
 * @returns nats per image, ≥ 0
 * @throws {SettleError} `metrics/size-mismatch`, `metrics/not-an-image`
 * @source NGC
 */
export const bce: BatchMetric = meanOverImages(bceOfImage);

export function bceOfImage(...[target, prediction, { size }, at]: Parameters<ImageScore>): number {
  let sum = 0;
  for (let i = at; i < at + size; i++) {
    const x = target[i] as number;
    const p = Math.min(1 - epsilon, Math.max(epsilon, prediction[i] as number));
    sum -= x * Math.log(p) + (1 - x) * Math.log(1 - p);
  }
  return sum;
}
