/**
 * Values made with scikit-image 0.26.0 and numpy 2.4.6 from the images of test-images.ts, float64:
 * `peak_signal_noise_ratio(x, y, data_range=255)` per channel, `structural_similarity(x, y, data_range=255,
 * channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, K1=.01, K2=.03)`, and for the global SSIM
 * the same function with one uniform window over the leading 17 × 17 pixels (`win_size=17`); numpy for the rest.
 */
import { describe, expect, it } from "vitest";
import { bce, createImageMetrics, mse, psnr, ssim, ssimWindow } from "../src/index.ts";
import { images, shape, testImages } from "./test-images.ts";

const { target, prediction } = testImages();
const size = target.length / images;

const expected = {
  mse: { each: [348.994520123839, 376.1153250773994], sd: 19.177305093900284, metric: mse },
  psnr: { each: [22.722374949033384, 22.38041246783945], sd: 0.2418039893636087, metric: psnr },
  ssim: { each: [0.9428907737921673, 0.9475495382799184], sd: 0.0032942439612398356, metric: ssim },
  ssimWindow: { each: [0.7458971756114193, 0.835949718987028], sd: 0.06367676408398858, metric: ssimWindow },
  bce: { each: [583.8856151464034, 566.1203543905652], sd: 12.561936350000442, metric: bce },
} as const;

describe("each metric agrees with an independent implementation", () => {
  for (const [name, { each, metric }] of Object.entries(expected)) {
    it(`${name} of each image and of the batch`, () => {
      each.forEach((value, n) => {
        const of = (a: Float64Array): Float64Array => a.subarray(n * size, (n + 1) * size);
        expect(metric(of(target), of(prediction), shape) / value).toBeCloseTo(1, 11);
      });
      expect(metric(target, prediction, shape)).toBeCloseTo((each[0] + each[1]) / 2, 9);
    });
  }

  it("ssim is the windowed SSIM whose window is the whole image", () => {
    const [, width, channels] = shape;
    const crop = (a: Float64Array): Float64Array => {
      const out: number[] = [];
      for (let r = 0; r < 17; r++) out.push(...a.subarray(r * width * channels, (r * width + 17) * channels));
      return Float64Array.from(out);
    };
    expect(ssim(crop(target), crop(prediction), [17, 17, 3])).toBeCloseTo(0.9394164935509041, 11);
  });
});

describe("the accumulator", () => {
  it("gives the same means, and the standard deviations over images", () => {
    const metrics = createImageMetrics(shape, { metrics: ["mse", "ssim", "ssimWindow", "psnr", "bce"] });
    metrics.add(target.subarray(0, size), prediction.subarray(0, size));
    metrics.add(target.subarray(size), prediction.subarray(size));
    const summary = metrics.summary();
    expect(summary.images).toBe(2);
    for (const [name, { each, sd }] of Object.entries(expected)) {
      const moments = summary.metrics[name as keyof typeof expected];
      expect(moments?.count).toBe(2);
      expect(moments?.mean).toBeCloseTo((each[0] + each[1]) / 2, 9);
      expect(moments?.sd).toBeCloseTo(sd, 9);
    }
  });

  it("does not depend on how the images are cut into batches", () => {
    const whole = createImageMetrics(shape);
    whole.add(target, prediction);
    const single = createImageMetrics(shape);
    for (let n = 0; n < images; n++) {
      single.add(target.subarray(n * size, (n + 1) * size), prediction.subarray(n * size, (n + 1) * size));
    }
    expect(single.summary()).toEqual(whole.summary());
  });

  it("scores float32 arrays as their values in float64", () => {
    const [a, b] = [Float32Array.from(target), Float32Array.from(prediction)];
    expect(mse(a, b, shape)).toBeCloseTo(mse(Float64Array.from(a), Float64Array.from(b), shape), 12);
  });
});
