import { describe, expect, it } from "vitest";
import {
  drawMixture,
  fitMixture,
  type GaussianMixture,
  logDensity,
  logSumExp,
} from "../../src/sample/gaussian-mixture.ts";

/** 40 points in 3 dimensions, two heaps. */
const points = Float64Array.from({ length: 120 }, (_, at) => {
  const [n, j] = [Math.floor(at / 3), at % 3];
  return Math.sin(1.7 * n + 2.3 * j) + 0.5 * Math.cos(0.9 * n * (j + 1)) + (n % 3 === 0 ? 2 * (j + 1) : 0);
});

/** scikit-learn 1.9.1: GaussianMixture(2, max_iter=3, tol=0, reg_covar=1e-6) from the same start. */
const scikit = {
  weights: [0.65, 0.35],
  means: [
    [0.0794659748, -0.0452048754, 0.0099015721],
    [1.8855332717, 4.0835107781, 5.9990365164],
  ],
  full: {
    covariances: [
      [
        0.6210336248, -0.4405226897, -0.0760506198, -0.4405226897, 0.6996220786, -0.2608618143, -0.0760506198,
        -0.2608618143, 0.651382809,
      ],
      [
        0.5991405071, -0.3842684629, -0.0681233841, -0.3842684629, 0.720497974, -0.3000380351, -0.0681233841,
        -0.3000380351, 0.5609428688,
      ],
    ],
    logDensities: [-6.2706350878, -3.2938072923, -4.3067467574],
    meanLogDensity: -3.7030412542586264,
  },
  diagonal: {
    covariances: [
      [0.6210336248, 0.6996220786, 0.651382809],
      [0.5991405071, 0.720497974, 0.5609428688],
    ],
    logDensities: [-4.5663650488, -4.399455816, -4.659615627],
    meanLogDensity: -4.245844587211083,
  },
} as const;

function startOf(covariance: "full" | "diagonal"): GaussianMixture {
  const unit = covariance === "full" ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : [1, 1, 1];
  return {
    size: 3,
    covariance,
    weights: Float64Array.of(0.5, 0.5),
    means: [Float64Array.of(0, 0, 0), Float64Array.of(2, 4, 6)],
    factors: [Float64Array.from(unit), Float64Array.from(unit)],
  };
}

describe("a Gaussian mixture", () => {
  it.each(["full", "diagonal"] as const)("fits as scikit-learn does, round for round: %s covariances", (covariance) => {
    const { mixture, meanLogDensity, rounds } = fitMixture(points, 3, {
      start: startOf(covariance),
      covariance,
      rounds: 3,
      tolerance: 0,
    });
    const expected = scikit[covariance];
    expect(rounds).toBe(3);
    expect(meanLogDensity).toBeCloseTo(expected.meanLogDensity, 9);
    for (const [k, mean] of scikit.means.entries()) {
      expect(mixture.weights[k]).toBeCloseTo(scikit.weights[k] as number, 9);
      for (const [i, value] of mean.entries()) expect(mixture.means[k]?.[i]).toBeCloseTo(value, 9);
      const factor = mixture.factors[k] as Float64Array;
      for (const [at, value] of (expected.covariances[k] as readonly number[]).entries()) {
        const [i, j] = [Math.floor(at / 3), at % 3];
        const found =
          covariance === "diagonal"
            ? (factor[at] as number) ** 2
            : [0, 1, 2].reduce((sum, l) => sum + (factor[i * 3 + l] as number) * (factor[j * 3 + l] as number), 0);
        expect(found).toBeCloseTo(value, 8);
      }
    }
    const densities = logDensity(mixture, points.subarray(0, 9));
    for (const [n, value] of expected.logDensities.entries()) expect(densities[n]).toBeCloseTo(value, 8);
  });

  it("finds heaps by itself, from k-means", () => {
    const { mixture } = fitMixture(points, 3, { components: 2, seed: 4 });
    const sorted = mixture.means.map((mean) => mean[2] as number).sort((a, b) => a - b);
    expect(sorted[0]).toBeCloseTo(0.0099015721, 6);
    expect(sorted[1]).toBeCloseTo(5.9990365164, 6);
    expect(fitMixture(points, 3, { components: 2, seed: 4 })).toEqual(
      fitMixture(points, 3, { components: 2, seed: 4 }),
    );
  });

  it("has as many components as points at most, and stays finite when points coincide", () => {
    const few = fitMixture(new Float64Array(12).fill(1), 3, { components: 75 });
    expect(few.mixture.weights.length).toBeLessThanOrEqual(4);
    for (const factor of few.mixture.factors) for (const value of factor) expect(Number.isFinite(value)).toBe(true);
    expect(() => fitMixture(new Float64Array(0), 3)).toThrow(RangeError);
  });

  it("draws points with its means and covariances, the same ones by number", () => {
    const { mixture } = fitMixture(points, 3, { start: startOf("full"), rounds: 3, tolerance: 0 });
    const drawn = drawMixture(mixture, 20_000, { seed: 1 });
    const upper = Array.from({ length: 20_000 }, (_, n) => n).filter((n) => (drawn[n * 3 + 2] as number) > 3);
    expect(upper.length / 20_000).toBeCloseTo(0.35, 1);
    const mean = upper.reduce((sum, n) => sum + (drawn[n * 3 + 1] as number), 0) / upper.length;
    expect(mean).toBeCloseTo(4.0835, 1);
    const covariance =
      upper.reduce((sum, n) => sum + ((drawn[n * 3] as number) - 1.8855) * ((drawn[n * 3 + 1] as number) - 4.0835), 0) /
      upper.length;
    expect(covariance).toBeCloseTo(-0.384, 1);
    expect(drawMixture(mixture, 5, { seed: 1, from: 7 })).toEqual(drawn.slice(21, 36));
  });
});

describe("logSumExp", () => {
  it("survives numbers whose exponentials do not", () => {
    expect(logSumExp(Float64Array.of(-2000, -2000 + Math.LN2))).toBeCloseTo(-2000 + Math.log(3), 10);
    expect(logSumExp(Float64Array.of(-Infinity))).toBe(-Infinity);
  });
});
