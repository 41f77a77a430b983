/** Peak signal-to-noise ratio. */
import { type BatchMetric, type ImageScore, meanOverImages } from "./mean-over-images.ts";
import { mseOfChannel, pixelRange } from "./mse.ts";

/** What a channel without any error counts: its ratio has no bound. */
const exactChannel = 100;

/**
 * 10 log₁₀(255² / MSE) of each channel; the mean over channels and images. A channel without error counts 100 dB.
 *
 * @returns decibels, higher is better
 * @throws {SettleError} `metrics/size-mismatch`, `metrics/not-an-image`
 * @source ConvNGC eq. 6
 */
export const psnr: BatchMetric = meanOverImages(psnrOfImage);

export function psnrOfImage(...[target, prediction, layout, at]: Parameters<ImageScore>): number {
  let sum = 0;
  for (let channel = 0; channel < layout.channels; channel++) {
    const error = mseOfChannel(target, prediction, layout, at + channel);
    sum += error === 0 ? exactChannel : 10 * Math.log10((pixelRange * pixelRange) / error);
  }
  return sum / layout.channels;
}
