/** Structural similarity as usually reported: local statistics under a sliding Gaussian window. */
import { settleError } from "@settle/diagnostics";
import type { ImageLayout } from "./image-layout.ts";
import { type BatchMetric, type ImageScore, meanOverImages } from "./mean-over-images.ts";
import { pixelRange } from "./mse.ts";
import { similarity } from "./ssim.ts";

const windowSize = 11;
const windowSigma = 1.5;
const weights = gaussianWeights();

/**
 * SSIM under an 11 × 11 Gaussian window (σ = 1.5, weights summing to 1), K₁ = 0.01, K₂ = 0.03, range 255, on every position
 * where the window lies inside the image; the mean over positions, channels and images.
 *
 * @returns at most 1, which a perfect prediction reaches
 * @throws {SettleError} `metrics/image-too-small` when an axis is shorter than the window; `metrics/size-mismatch`,
 *   `metrics/not-an-image`
 * @source Wang2004 eqs. 13–17
 */
export const ssimWindow: BatchMetric = meanOverImages(ssimWindowOfImage);

/** Whether the window fits into the image. */
export function hasWindow({ height, width }: ImageLayout): boolean {
  return height >= windowSize && width >= windowSize;
}

export function ssimWindowOfImage(...[target, prediction, layout, at]: Parameters<ImageScore>): number {
  const { height, width, channels } = layout;
  if (!hasWindow(layout)) {
    throw settleError(
      "metrics/image-too-small",
      `An image of ${height} × ${width} pixels is smaller than the ${windowSize} × ${windowSize} window of ssimWindow.`,
      { help: "use ssim, whose window is the whole image" },
    );
  }
  const pixels = height * width;
  const [x, y, xx, yy, xy] = Array.from({ length: 5 }, () => new Float64Array(pixels)) as FivePlanes;
  let total = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const a = pixelRange * (target[at + channel + pixel * channels] as number);
      const b = pixelRange * (prediction[at + channel + pixel * channels] as number);
      x[pixel] = a;
      y[pixel] = b;
      xx[pixel] = a * a;
      yy[pixel] = b * b;
      xy[pixel] = a * b;
    }
    const means = [x, y, xx, yy, xy].map((plane) => blur(plane, height, width)) as FivePlanes;
    total += meanSimilarity(...means);
  }
  return total / channels;
}

type FivePlanes = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

function meanSimilarity(...[x, y, xx, yy, xy]: FivePlanes): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const meanX = x[i] as number;
    const meanY = y[i] as number;
    sum += similarity(
      meanX,
      meanY,
      (xx[i] as number) - meanX * meanX,
      (yy[i] as number) - meanY * meanY,
      (xy[i] as number) - meanX * meanY,
    );
  }
  return sum / x.length;
}

/** Weighted mean under the window, `[height − 10, width − 10]`; the window is a product, so rows first, then columns. */
function blur(plane: Float64Array, height: number, width: number): Float64Array {
  const outWidth = width - windowSize + 1;
  const outHeight = height - windowSize + 1;
  const rows = new Float64Array(height * outWidth);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < outWidth; column++) {
      let sum = 0;
      const first = row * width + column;
      for (let tap = 0; tap < windowSize; tap++) sum += (weights[tap] as number) * (plane[first + tap] as number);
      rows[row * outWidth + column] = sum;
    }
  }
  const blurred = new Float64Array(outHeight * outWidth);
  for (let i = 0; i < blurred.length; i++) {
    let sum = 0;
    for (let tap = 0; tap < windowSize; tap++) sum += (weights[tap] as number) * (rows[i + tap * outWidth] as number);
    blurred[i] = sum;
  }
  return blurred;
}

function gaussianWeights(): Float64Array {
  const centre = (windowSize - 1) / 2;
  const raw = Float64Array.from({ length: windowSize }, (_, i) =>
    Math.exp(-((i - centre) ** 2) / (2 * windowSigma ** 2)),
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / sum);
}
