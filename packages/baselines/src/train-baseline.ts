/** Trains a baseline on the samples a circuit would see, in the same order. */
import { addGaussianNoise } from "@settle/data";
import { settleError } from "@settle/diagnostics";
import { permutation, sampleNormals, type SampleSource } from "@settle/runtime";
import type { Baseline } from "./baseline.ts";

export interface BaselineTrainingOptions {
  readonly source: SampleSource;
  /** The last epoch, from 1. */
  readonly epochs: number;
  /** The first epoch; above 1 to go on with imported weights. Default 1. */
  readonly from?: number;
  /** Default 128. */
  readonly batch?: number;
  /** Of Adam. Default 2e-5, the paper's. */
  readonly rate?: number;
  /** `conv-dae`: standard deviation of the noise it is shown, on the scale 0 … 1. Default 0.1. */
  readonly noise?: number;
  /** After every epoch; training waits for it. */
  readonly onEpoch?: (epoch: number, loss: number) => void | Promise<void>;
  readonly onProgress?: (epoch: number, done: number, total: number) => void;
  /** Ends the training between two updates, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Shuffles and noise come from the baseline's seed, as a circuit's do.
 * @returns mean loss of the last epoch
 * @throws {SettleError} `data/missing-field`, `run/not-finite`
 * @source ConvNGC appendix B
 */
export async function trainBaseline(baseline: Baseline, options: BaselineTrainingOptions): Promise<number> {
  const { source, epochs, from = 1, batch = 128, rate = 2e-5, noise = 0.1, onEpoch, onProgress, signal } = options;
  const { seed, kind, codeSize } = baseline;
  let last = Number.NaN;
  for (let epoch = from; epoch <= epochs; epoch++) {
    const order = permutation({ seed, stream: "shuffle", epoch }, source.size);
    let sum = 0;
    for (let at = 0; at < source.size; at += batch) {
      signal?.throwIfAborted();
      const indices = [...order.subarray(at, at + batch)];
      const { image } = await source.read(indices);
      if (image === undefined) {
        throw settleError("data/missing-field", `${source.name} has no images.`, {
          help: "use data with a field image",
        });
      }
      const key = { seed, epoch, samples: indices };
      const loss = await baseline.learn({
        images: kind === "conv-dae" ? addGaussianNoise(image, key, noise) : image,
        targets: image,
        count: indices.length,
        rate,
        ...(codeSize > 0 && { normals: sampleNormals({ ...key, stream: "vae/code" }, codeSize) }),
      });
      if (!Number.isFinite(loss)) {
        throw settleError("run/not-finite", `The loss of ${kind} is ${loss} in epoch ${epoch}.`, {
          help: "use a smaller rate",
        });
      }
      sum += loss * indices.length;
      onProgress?.(epoch, Math.min(at + batch, source.size), source.size);
    }
    last = sum / source.size;
    await onEpoch?.(epoch, last);
  }
  return last;
}
