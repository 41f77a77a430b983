/** Structural similarity from statistics over the whole image: one window, as the ConvNGC paper computes it. */
import { type BatchMetric, type ImageScore, meanOverImages } from "./mean-over-images.ts";
import { pixelRange } from "./mse.ts";

const c1 = (0.01 * pixelRange) ** 2;
const c2 = (0.03 * pixelRange) ** 2;

/**
 * SSIM = (2 μ_x μ_y + C₁)(2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂)) of each channel; the mean over channels and
 * images. Means, variances and covariance are over the whole channel (divided by the number of pixels), pixel values × 255,
 * C₁ = (0.01 · 255)², C₂ = (0.03 · 255)².
 *
 * Not the usual windowed SSIM, which is `ssimWindow`.
 *
 * @returns at most 1, which a perfect prediction reaches
 * @throws {SettleError} `metrics/size-mismatch`, `metrics/not-an-image`
 * @source ConvNGC eq. 5
 */
export const ssim: BatchMetric = meanOverImages(ssimOfImage);

export function ssimOfImage(...[target, prediction, { size, channels }, at]: Parameters<ImageScore>): number {
  const pixels = size / channels;
  const end = at + size;
  let total = 0;
  for (let first = at; first < at + channels; first++) {
    let sumX = 0;
    let sumY = 0;
    for (let i = first; i < end; i += channels) {
      sumX += target[i] as number;
      sumY += prediction[i] as number;
    }
    const meanX = sumX / pixels;
    const meanY = sumY / pixels;
    let varX = 0;
    let varY = 0;
    let cov = 0;
    for (let i = first; i < end; i += channels) {
      const x = (target[i] as number) - meanX;
      const y = (prediction[i] as number) - meanY;
      varX += x * x;
      varY += y * y;
      cov += x * y;
    }
    const scale = (pixelRange * pixelRange) / pixels;
    total += similarity(meanX * pixelRange, meanY * pixelRange, varX * scale, varY * scale, cov * scale);
  }
  return total / channels;
}

/** All five on the scale 0 … 255. */
export function similarity(meanX: number, meanY: number, varX: number, varY: number, cov: number): number {
  return ((2 * meanX * meanY + c1) * (2 * cov + c2)) / ((meanX * meanX + meanY * meanY + c1) * (varX + varY + c2));
}
