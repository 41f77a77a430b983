/**
 * A mixture of Gaussians, fitted by expectation-maximization. No package in npm does it with full covariances and is kept
 * up; k-means, from which it starts, and the matrices are libraries'.
 */
import { sampleNormals, sampleUniforms } from "@settle/runtime";
import { kmeans } from "ml-kmeans";
import { CholeskyDecomposition, Matrix } from "ml-matrix";

export interface GaussianMixture {
  /** Numbers in a point. */
  readonly size: number;
  readonly weights: Float64Array;
  /** By component: `[size]`. */
  readonly means: readonly Float64Array[];
  /** By component: R with R Rᵀ the covariance, lower triangle, `[size, size]`; or, `diagonal`, standard deviations, `[size]`. */
  readonly factors: readonly Float64Array[];
  readonly covariance: "full" | "diagonal";
}

export interface FitOptions {
  /** Default 75; never more than there are points. */
  readonly components?: number;
  /** Default full up to 64 numbers a point, diagonal above. */
  readonly covariance?: "full" | "diagonal";
  /** Added to every variance. Default 1e-6. */
  readonly floor?: number;
  /** Rounds at most. Default 100. */
  readonly rounds?: number;
  /** Ends when the mean log density of a point rises by less. Default 1e-3. */
  readonly tolerance?: number;
  readonly seed?: number;
  /** Where to start; default from k-means. */
  readonly start?: GaussianMixture;
}

export interface MixtureFit {
  readonly mixture: GaussianMixture;
  /** Mean log density of a point, before the last round. */
  readonly meanLogDensity: number;
  readonly rounds: number;
}

/**
 * @param points `[count, size]`
 * @throws {RangeError} without points
 * @source NGC methods, "sampling"; Dempster1977
 */
export function fitMixture(points: Float64Array, size: number, options: FitOptions = {}): MixtureFit {
  const { floor = 1e-6, rounds = 100, tolerance = 1e-3, seed = 1 } = options;
  const count = points.length / size;
  if (count < 1) throw new RangeError("a mixture is fitted to at least one point");
  const covariance = options.covariance ?? (size <= 64 ? "full" : "diagonal");
  const components = Math.min(options.components ?? 75, count);
  let mixture =
    options.start ?? maximize(points, size, hardShares(points, size, components, seed), { covariance, floor });
  let before = -Infinity;
  let round = 0;
  while (round < rounds) {
    round += 1;
    const { shares, meanLogDensity } = expect(mixture, points);
    mixture = maximize(points, size, shares, { covariance, floor });
    const gain = meanLogDensity - before;
    before = meanLogDensity;
    if (Math.abs(gain) < tolerance) break;
  }
  return { mixture, meanLogDensity: before, rounds: round };
}

/** @returns `[count, size]` */
export function drawMixture(
  { size, weights, means, factors, covariance }: GaussianMixture,
  count: number,
  { seed, from = 0 }: { readonly seed: number; readonly from?: number },
): Float64Array {
  const samples = Array.from({ length: count }, (_, i) => from + i);
  const choice = sampleUniforms({ seed, stream: "prior/component", epoch: 0, samples }, 1);
  const normals = sampleNormals({ seed, stream: "prior/point", epoch: 0, samples }, size);
  const drawn = new Float64Array(count * size);
  for (let n = 0; n < count; n++) {
    let component = 0;
    let left = choice[n] as number;
    while (component < weights.length - 1 && left >= (weights[component] as number)) {
      left -= weights[component] as number;
      component += 1;
    }
    const mean = means[component] as Float64Array;
    const factor = factors[component] as Float64Array;
    for (let i = 0; i < size; i++) {
      let value = mean[i] as number;
      if (covariance === "diagonal") value += (factor[i] as number) * (normals[n * size + i] as number);
      else for (let j = 0; j <= i; j++) value += (factor[i * size + j] as number) * (normals[n * size + j] as number);
      drawn[n * size + i] = value;
    }
  }
  return drawn;
}

/** Log density of each point, in nats. @param points `[count, size]` */
export function logDensity(mixture: GaussianMixture, points: Float64Array): Float64Array {
  const { perComponent } = densities(mixture, points);
  const components = mixture.weights.length;
  return Float64Array.from({ length: points.length / mixture.size }, (_, n) =>
    logSumExp(perComponent.subarray(n * components, (n + 1) * components)),
  );
}

/** log Σ exp, without overflow. */
export function logSumExp(values: Float64Array): number {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

/** log weight + log density, `[count, components]`. */
function densities({ size, weights, means, factors, covariance }: GaussianMixture, points: Float64Array) {
  const count = points.length / size;
  const components = weights.length;
  const perComponent = new Float64Array(count * components);
  const rest = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    const mean = means[k] as Float64Array;
    const factor = factors[k] as Float64Array;
    let logWidth = 0;
    for (let i = 0; i < size; i++) logWidth += Math.log(factor[covariance === "full" ? i * size + i : i] as number);
    const constant = Math.log(weights[k] as number) - logWidth - (size / 2) * Math.log(2 * Math.PI);
    for (let n = 0; n < count; n++) {
      let distance = 0;
      for (let i = 0; i < size; i++) {
        let value = (points[n * size + i] as number) - (mean[i] as number);
        if (covariance === "full") {
          for (let j = 0; j < i; j++) value -= (factor[i * size + j] as number) * (rest[j] as number);
          value /= factor[i * size + i] as number;
        } else value /= factor[i] as number;
        rest[i] = value;
        distance += value * value;
      }
      perComponent[n * components + k] = constant - distance / 2;
    }
  }
  return { perComponent };
}

/**
 * A point's share of a component that is less is 0: rounding would lose it, and arithmetic with subnormal numbers, which
 * most shares of points in many dimensions are, can be slow.
 */
const negligible = 1e-16;

function expect(mixture: GaussianMixture, points: Float64Array) {
  const { perComponent: shares } = densities(mixture, points);
  const components = mixture.weights.length;
  const count = points.length / mixture.size;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const row = shares.subarray(n * components, (n + 1) * components);
    const total = logSumExp(row);
    sum += total;
    for (let k = 0; k < components; k++) {
      const share = Math.exp((row[k] as number) - total);
      row[k] = share < negligible ? 0 : share;
    }
  }
  return { shares, meanLogDensity: sum / count };
}

function maximize(
  points: Float64Array,
  size: number,
  shares: Float64Array,
  { covariance, floor }: { readonly covariance: "full" | "diagonal"; readonly floor: number },
): GaussianMixture {
  const count = points.length / size;
  const components = shares.length / count;
  const weights = new Float64Array(components);
  const means: Float64Array[] = [];
  const factors: Float64Array[] = [];
  for (let k = 0; k < components; k++) {
    let total = 10 * Number.EPSILON;
    for (let n = 0; n < count; n++) total += shares[n * components + k] as number;
    weights[k] = total / count;
    const mean = new Float64Array(size);
    for (let n = 0; n < count; n++) {
      const share = shares[n * components + k] as number;
      if (share === 0) continue;
      for (let i = 0; i < size; i++) mean[i]! += (share * (points[n * size + i] as number)) / total;
    }
    means.push(mean);
    factors.push(spread(points, size, { shares, components, k, mean, total, covariance, floor }));
  }
  const sum = weights.reduce((left, right) => left + right, 0);
  return { size, weights: weights.map((each) => each / sum), means, factors, covariance };
}

function spread(
  points: Float64Array,
  size: number,
  part: {
    readonly shares: Float64Array;
    readonly components: number;
    readonly k: number;
    readonly mean: Float64Array;
    readonly total: number;
    readonly covariance: "full" | "diagonal";
    readonly floor: number;
  },
): Float64Array {
  const { shares, components, k, mean, total, covariance, floor } = part;
  const count = points.length / size;
  const full = covariance === "full";
  const sums = new Float64Array(full ? size * size : size);
  const away = new Float64Array(size);
  for (let n = 0; n < count; n++) {
    const share = (shares[n * components + k] as number) / total;
    if (share === 0) continue;
    for (let i = 0; i < size; i++) away[i] = (points[n * size + i] as number) - (mean[i] as number);
    for (let i = 0; i < size; i++) {
      const scaled = share * (away[i] as number);
      if (full) for (let j = 0; j <= i; j++) sums[i * size + j]! += scaled * (away[j] as number);
      else sums[i]! += scaled * (away[i] as number);
    }
  }
  if (!full) return sums.map((variance) => Math.sqrt(variance + floor));
  const matrix = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (sums[i * size + j] as number) + (i === j ? floor : 0);
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  return Float64Array.from(new CholeskyDecomposition(matrix).lowerTriangularMatrix.to1DArray());
}

/** 1 for the nearest of the centres that k-means finds, 0 for the others. */
function hardShares(points: Float64Array, size: number, components: number, seed: number): Float64Array {
  const rows = Array.from({ length: points.length / size }, (_, n) => [...points.subarray(n * size, (n + 1) * size)]);
  const { clusters } = kmeans(rows, components, { seed, initialization: "kmeans++", maxIterations: 30 });
  const shares = new Float64Array(rows.length * components);
  for (const [n, cluster] of clusters.entries()) shares[n * components + cluster] = 1;
  return shares;
}
