/** Mean squared error of pixel values on the scale 0 … 255. */
import type { ImageLayout, NumberArray } from "./image-layout.ts";
import { type BatchMetric, type ImageScore, meanOverImages } from "./mean-over-images.ts";

/** The value of a white pixel. */
export const pixelRange = 255;

/**
 * Mean squared error, pixel values × 255, per channel; the mean over channels and images.
 *
 * @returns squared pixel values, ≥ 0, 0 for a perfect prediction
 * @throws {SettleError} `metrics/size-mismatch`, `metrics/not-an-image`
 * @source ConvNGC eq. 4
 */
export const mse: BatchMetric = meanOverImages(mseOfImage);

export function mseOfImage(...[target, prediction, layout, at]: Parameters<ImageScore>): number {
  let sum = 0;
  for (let channel = 0; channel < layout.channels; channel++)
    sum += mseOfChannel(target, prediction, layout, at + channel);
  return sum / layout.channels;
}

/** `first` is the place of the channel's first number. */
export function mseOfChannel(
  target: NumberArray,
  prediction: NumberArray,
  { size, channels }: ImageLayout,
  first: number,
): number {
  let sum = 0;
  const end = first + size;
  for (let i = first; i < end; i += channels) {
    const difference = pixelRange * ((target[i] as number) - (prediction[i] as number));
    sum += difference * difference;
  }
  return (sum * channels) / size;
}
