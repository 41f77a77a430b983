import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  bce,
  createImageMetrics,
  createRunningMoments,
  discrepancy,
  mse,
  psnr,
  ssim,
  ssimWindow,
} from "../src/index.ts";

const shape = [12, 13, 3] as const;
const size = 12 * 13 * 3;
const ramp = Float64Array.from({ length: size }, (_, i) => (i % 97) / 97);

describe("mse", () => {
  it("of a shift by d on the 0…1 scale is (255 d)²", () => {
    expect(
      mse(
        ramp,
        ramp.map((v) => v + 0.1),
        shape,
      ),
    ).toBeCloseTo(25.5 ** 2, 9);
  });
  it("is the mean over channels of the channels' errors", () => {
    const shifted = ramp.map((v, i) => v + [0, 0.1, 0.2][i % 3]!);
    expect(mse(ramp, shifted, shape)).toBeCloseTo((0 + 25.5 ** 2 + 51 ** 2) / 3, 9);
  });
  it("does not clip predictions unless asked", () => {
    const white = new Float64Array(size).fill(1);
    const beyond = new Float64Array(size).fill(1.5);
    expect(mse(white, beyond, shape)).toBeCloseTo(127.5 ** 2, 9);
    expect(mse(white, beyond, shape, { clip: true })).toBe(0);
  });
});

describe("psnr", () => {
  it("of an error of one grey level is 20 log₁₀ 255", () => {
    expect(
      psnr(
        ramp,
        ramp.map((v) => v + 1 / 255),
        shape,
      ),
    ).toBeCloseTo(20 * Math.log10(255), 9);
  });
  it("counts a channel without error as 100 dB", () => {
    const oneChannelOff = ramp.map((v, i) => (i % 3 === 0 ? v + 1 / 255 : v));
    expect(psnr(ramp, ramp, shape)).toBe(100);
    expect(psnr(ramp, oneChannelOff, shape)).toBeCloseTo((200 + 20 * Math.log10(255)) / 3, 9);
  });
});

describe("ssim", () => {
  const c1 = 2.55 ** 2;
  const c2 = 7.65 ** 2;
  it("of two flat images depends on their means alone", () => {
    const a = new Float64Array(size).fill(0.2);
    const b = new Float64Array(size).fill(0.6);
    const value = (2 * 51 * 153 + c1) / (51 ** 2 + 153 ** 2 + c1);
    expect(ssim(a, b, shape)).toBeCloseTo(value, 12);
    expect(ssimWindow(a, b, shape)).toBeCloseTo(value, 9);
  });
  it("of an image and its negative follows from its variance", () => {
    const pixels = size / 3;
    const channel = (k: number): number[] => Array.from({ length: pixels }, (_, i) => ramp[i * 3 + k]! * 255);
    const value = [0, 1, 2].map((k) => {
      const x = channel(k);
      const mean = x.reduce((a, b) => a + b) / pixels;
      const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels;
      const other = 255 - mean;
      return ((2 * mean * other + c1) * (c2 - 2 * variance)) / ((mean ** 2 + other ** 2 + c1) * (2 * variance + c2));
    });
    expect(
      ssim(
        ramp,
        ramp.map((v) => 1 - v),
        shape,
      ),
    ).toBeCloseTo((value[0]! + value[1]! + value[2]!) / 3, 10);
  });
  it("is 1 for a perfect prediction, in both forms", () => {
    expect(ssim(ramp, ramp, shape)).toBeCloseTo(1, 14);
    expect(ssimWindow(ramp, ramp, shape)).toBeCloseTo(1, 12);
  });
  it("is symmetric and at most 1 for any pair of images", () => {
    const image = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 144, maxLength: 144 });
    fc.assert(
      fc.property(image, image, (a, b) => {
        const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
        for (const metric of [ssim, ssimWindow]) {
          expect(metric(x, y, [12, 12])).toBeLessThanOrEqual(1 + 1e-9);
          expect(metric(x, y, [12, 12])).toBeCloseTo(metric(y, x, [12, 12]), 12);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("bce", () => {
  it("of a prediction of ½ everywhere is ln 2 per number", () => {
    expect(bce(ramp, new Float64Array(size).fill(0.5), shape)).toBeCloseTo(size * Math.LN2, 9);
  });
  it("stays finite for predictions that are wrong and sure", () => {
    const value = bce(new Float64Array([1, 0]), new Float64Array([0, 1]), [2]);
    expect(value).toBeCloseTo(-2 * Math.log(1e-7), 6);
  });
  it("is summed over pixels and averaged over images", () => {
    const half = new Float64Array(4).fill(0.5);
    expect(bce(half, half, [2])).toBeCloseTo(2 * Math.LN2, 12);
  });
});

describe("discrepancy", () => {
  it("is half the squared length of each sample's error", () => {
    expect([...discrepancy(Float32Array.from([3, 4, 0, 2]), 2)]).toEqual([12.5, 2]);
  });
});

describe("running moments", () => {
  it("keep their digits where the mean is far from zero", () => {
    const running = createRunningMoments();
    for (const value of [1e9 + 1, 1e9 + 2, 1e9 + 3]) running.add(value);
    expect(running.moments()).toEqual({ count: 3, mean: 1e9 + 2, sd: 1 });
  });
  it("of one number have no spread, and of none no mean", () => {
    const running = createRunningMoments();
    expect(running.moments()).toEqual({ count: 0, mean: Number.NaN, sd: Number.NaN });
    running.add(5);
    expect(running.moments()).toEqual({ count: 1, mean: 5, sd: 0 });
  });
});

describe("faults", () => {
  it("names both lengths when targets and predictions differ", () => {
    expect(() => mse(new Float64Array(6), new Float64Array(3), [3])).toThrow(/metrics\/size-mismatch.*6.*3/);
  });
  it("refuses a part of an image", () => {
    expect(() => mse(new Float64Array(4), new Float64Array(4), [3])).toThrow(/metrics\/size-mismatch/);
    expect(() => discrepancy(new Float64Array(4), 3)).toThrow(/metrics\/size-mismatch/);
  });
  it("refuses a shape that no image has", () => {
    expect(() => createImageMetrics([2, 2, 2, 2])).toThrow(/metrics\/not-an-image/);
    expect(() => createImageMetrics([])).toThrow(/metrics\/not-an-image/);
    expect(() => createImageMetrics([0])).toThrow(/metrics\/not-an-image/);
  });
  it("says that an image is too small for the window, which is left out unless asked for", () => {
    const values = new Float64Array(100);
    expect(() => ssimWindow(values, values, [10, 10])).toThrow(/metrics\/image-too-small/);
    const metrics = createImageMetrics([10, 10]);
    metrics.add(values, values);
    expect(Object.keys(metrics.summary().metrics)).toEqual(["mse", "ssim", "psnr"]);
  });
  it("does not hide a NaN", () => {
    const metrics = createImageMetrics([2]);
    metrics.add(new Float64Array(2), new Float64Array([0, Number.NaN]));
    expect(metrics.summary().metrics.mse?.mean).toBeNaN();
    expect(mse(new Float64Array(2), new Float64Array([0, Number.NaN]), [2], { clip: true })).toBeNaN();
  });
});
