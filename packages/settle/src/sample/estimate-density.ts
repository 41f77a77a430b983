/** log p(x) of a circuit and its latent prior, by Monte Carlo. */
import type { NumberArray, SampleSource, Session } from "@settle/runtime";
import { createRunningMoments } from "@settle/metrics";
import { drawMixture, type GaussianMixture, logDensity, logSumExp } from "./gaussian-mixture.ts";
import { type LatentPrior, settleTops } from "./latent-prior.ts";

/**
 * What a pixel is, given its prediction μ.
 * - `bernoulli`: 1 with probability μ. For binarised images.
 * - `gaussian`: N(μ, σ²).
 */
export type Likelihood = { readonly kind: "bernoulli" } | { readonly kind: "gaussian"; readonly deviation: number };

export interface DensityOptions {
  readonly source: SampleSource;
  readonly likelihood: Likelihood;
  /** Draws M. Default 5,000. */
  readonly draws?: number;
  /**
   * Where the draws come from. `prior`: the mixture, the same draws for all images, as the papers do. `posterior`: half
   * of them from the mixture and half from around the image's own settled top states, weighted for it; more exact with
   * fewer draws, and slower. Default `prior`.
   */
  readonly proposal?: "prior" | "posterior";
  /** The first so many samples. Default all. */
  readonly limit?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface DensityEstimate {
  readonly images: number;
  readonly draws: number;
  /** Mean over images of −log M + log Σ exp log p(x | draw), in nats. */
  readonly logDensity: number;
  /** Of that mean, from the finite number of draws. To be trusted only where `effectiveDraws` are many. */
  readonly drawError: number;
  /**
   * How many draws an image's estimate rests on: 1 / Σ share², mean over images. Near 1, a single draw decides, the
   * estimate is a lower bound that more draws would raise, and its error is larger than `drawError` can tell.
   */
  readonly effectiveDraws: number;
  /** Of that mean, from the finite number of images. */
  readonly imageError: number;
  /** What the released NGC script would print: it adds log M where it should subtract it. Prior draws only. */
  readonly asReleased?: number;
  /** In bits per number of the image. */
  readonly bitsPerNumber: number;
}

/**
 * The mean of log p(x) over images. Its logarithm makes it an underestimate on average, the more so the fewer the draws.
 *
 * @source NGC methods
 */
export async function estimateDensity(
  prior: LatentPrior,
  session: Session,
  options: DensityOptions,
): Promise<DensityEstimate> {
  const { source, draws = 5000, proposal = "prior" } = options;
  const images = Math.min(source.size, options.limit ?? source.size);
  const estimate =
    proposal === "prior"
      ? await fromPrior(prior, { ...options, draws, images })
      : await fromPosterior(prior, session, { ...options, draws, images });
  const size = prior.image.shape.reduce((product, each) => product * each, 1);
  return {
    images,
    draws,
    ...estimate,
    bitsPerNumber: -estimate.logDensity / size / Math.LN2,
    ...(proposal === "prior" && { asReleased: estimate.logDensity + 2 * Math.log(draws) }),
  };
}

type Filled = DensityOptions & { readonly draws: number; readonly images: number };
type Means = Pick<DensityEstimate, "logDensity" | "drawError" | "effectiveDraws" | "imageError">;

/** Images and draws compared at a time. */
const imagesAtATime = 50;
const drawsAtATime = 250;

/** All images meet the same draws, so their errors go together: each draw's influence on the mean is added up. */
async function fromPrior(prior: LatentPrior, options: Filled): Promise<Means> {
  const { source, likelihood, draws, images, onProgress, signal } = options;
  const predictions: Float32Array[] = [];
  for (let from = 0; from < draws; from += drawsAtATime) {
    signal?.throwIfAborted();
    predictions.push(await prior.project(prior.draw(Math.min(drawsAtATime, draws - from), from)));
  }
  const influence = new Float64Array(draws);
  const means = createRunningMoments();
  const effective = createRunningMoments();
  for (let at = 0; at < images; at += imagesAtATime) {
    const indices = Array.from({ length: Math.min(imagesAtATime, images - at) }, (_, i) => at + i);
    const data = (await source.read(indices))[prior.image.field] as Float32Array;
    const logs = indices.map(() => new Float64Array(draws));
    for (const [part, predicted] of predictions.entries()) {
      signal?.throwIfAborted();
      fillLogLikelihoods(data, predicted, likelihood, { logs, from: part * drawsAtATime });
    }
    for (const row of logs) {
      const total = logSumExp(row);
      means.add(total - Math.log(draws));
      effective.add(effectiveDraws(row, total));
      for (let m = 0; m < draws; m++) influence[m]! += draws * Math.exp((row[m] as number) - total) - 1;
    }
    onProgress?.(at + indices.length, images);
  }
  const { mean, sd } = means.moments();
  const squares = influence.reduce((sum, each) => sum + (each / images) ** 2, 0);
  return {
    logDensity: mean,
    drawError: Math.sqrt(squares) / draws,
    effectiveDraws: effective.moments().mean,
    imageError: sd / Math.sqrt(images),
  };
}

/** Images have draws of their own, so their errors are independent. */
async function fromPosterior(prior: LatentPrior, session: Session, options: Filled): Promise<Means> {
  const { source, likelihood, draws, images, onProgress, signal } = options;
  const { size, image } = prior;
  const centres = new Float64Array(images * size);
  await settleTops(session, prior.tops, {
    source,
    batch: 100,
    limit: images,
    ...(signal && { signal }),
    onTops: (values, indices) => {
      for (const [i, index] of indices.entries()) centres.set(values.subarray(i * size, (i + 1) * size), index * size);
    },
  });
  const means = createRunningMoments();
  const effective = createRunningMoments();
  let variance = 0;
  for (let n = 0; n < images; n++) {
    signal?.throwIfAborted();
    const data = (await source.read([n]))[image.field] as Float32Array;
    const around = near(prior.fit.mixture, centres.subarray(n * size, (n + 1) * size));
    const proposal = halfAndHalf(prior.fit.mixture, around);
    const logs = new Float64Array(draws);
    for (let from = 0; from < draws; from += drawsAtATime) {
      const count = Math.min(drawsAtATime, draws - from);
      const points = drawMixture(proposal, count, { seed: session.seed, from: n * draws + from });
      fillLogLikelihoods(data, await prior.project(points), likelihood, { logs: [logs], from });
      const wanted = logDensity(prior.fit.mixture, points);
      const proposed = logDensity(proposal, points);
      for (let m = 0; m < count; m++) logs[from + m]! += (wanted[m] as number) - (proposed[m] as number);
    }
    const total = logSumExp(logs);
    means.add(total - Math.log(draws));
    effective.add(effectiveDraws(logs, total));
    variance += logs.reduce((sum, each) => sum + (Math.exp(each - total) - 1 / draws) ** 2, 0);
    onProgress?.(n + 1, images);
  }
  const { mean, sd } = means.moments();
  return {
    logDensity: mean,
    drawError: Math.sqrt(variance) / images,
    effectiveDraws: effective.moments().mean,
    imageError: sd / Math.sqrt(images),
  };
}

/** 1 / Σ share², where a draw's share is its part of Σ exp. */
function effectiveDraws(logs: Float64Array, total: number): number {
  return 1 / logs.reduce((sum, each) => sum + Math.exp(2 * (each - total)), 0);
}

/** A Gaussian at a point, half as wide along each number as the components are on average. */
function near({ size, weights, factors, covariance }: GaussianMixture, centre: Float64Array) {
  const width = Float64Array.from({ length: size }, (_, i) => {
    let variance = 0;
    for (const [k, factor] of factors.entries()) {
      const row = covariance === "full" ? factor.subarray(i * size, i * size + i + 1) : factor.subarray(i, i + 1);
      variance += (weights[k] as number) * row.reduce((sum, each) => sum + each * each, 0);
    }
    return Math.sqrt(variance) / 2;
  });
  const factor =
    covariance === "diagonal"
      ? width
      : Float64Array.from({ length: size * size }, (_, at) =>
          at % (size + 1) === 0 ? (width[at / (size + 1)] as number) : 0,
        );
  return { mean: Float64Array.from(centre), factor };
}

function halfAndHalf(
  mixture: GaussianMixture,
  { mean, factor }: { readonly mean: Float64Array; readonly factor: Float64Array },
): GaussianMixture {
  return {
    ...mixture,
    weights: Float64Array.from([...mixture.weights.map((each) => each / 2), 0.5]),
    means: [...mixture.means, mean],
    factors: [...mixture.factors, factor],
  };
}

/** log p(x | μ) of every image and prediction, into `logs[image][from + draw]`. */
function fillLogLikelihoods(
  data: NumberArray,
  predicted: Float32Array,
  likelihood: Likelihood,
  { logs, from }: { readonly logs: readonly Float64Array[]; readonly from: number },
): void {
  const size = data.length / logs.length;
  const count = predicted.length / size;
  switch (likelihood.kind) {
    case "bernoulli": {
      const odds = new Float64Array(size);
      for (let m = 0; m < count; m++) {
        let none = 0;
        for (let i = 0; i < size; i++) {
          const p = Math.min(1 - 1e-7, Math.max(1e-7, predicted[m * size + i] as number));
          odds[i] = Math.log(p / (1 - p));
          none += Math.log(1 - p);
        }
        for (const [n, row] of logs.entries()) {
          let sum = none;
          for (let i = 0; i < size; i++) sum += (data[n * size + i] as number) * (odds[i] as number);
          row[from + m] = sum;
        }
      }
      return;
    }
    case "gaussian": {
      const { deviation } = likelihood;
      const constant = -size * Math.log(deviation * Math.sqrt(2 * Math.PI));
      for (let m = 0; m < count; m++) {
        for (const [n, row] of logs.entries()) {
          let squares = 0;
          for (let i = 0; i < size; i++) {
            squares += ((data[n * size + i] as number) - (predicted[m * size + i] as number)) ** 2;
          }
          row[from + m] = constant - squares / (2 * deviation ** 2);
        }
      }
      return;
    }
    default:
      return likelihood satisfies never;
  }
}
