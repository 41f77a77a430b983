/** Seeded draws: standard normals and uniforms per sample, permutations, and a buffer's first content. */
import { type Buffer, fixedValues, sizeOf } from "@settle/program";
import { randomNormal } from "d3-random";
import { type NoiseKey, randomStream } from "./random-stream.ts";

/** Which noise, for a batch of samples. */
export interface BatchNoiseKey extends Omit<NoiseKey, "sample"> {
  /** Index of each sample in its source. */
  readonly samples: readonly number[];
}

/**
 * Independent standard normal numbers for each sample of a batch.
 *
 * @param size how many numbers a sample needs
 * @returns `[samples.length, size]`, float32; sample i's numbers are the same in whatever batch it appears
 */
export function sampleNormals(key: BatchNoiseKey, size: number): Float32Array {
  return perSample(key, size, normals);
}

/** As `sampleNormals`, uniform in [0, 1). Rounding to float32 may give 1. */
export function sampleUniforms(key: BatchNoiseKey, size: number): Float32Array {
  return perSample(key, size, uniforms);
}

/** A random order of 0 … count − 1 (Fisher–Yates), the same for the same key. */
export function permutation(key: NoiseKey, count: number): Uint32Array {
  const stream = randomStream(key);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(0, i);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

/**
 * What a parameter or moment holds before the first update; zeros if the buffer names no law.
 *
 * The numbers come from the buffer's own stream, `init/<id>` if it names none, so they do not change when other buffers
 * are added, removed or renamed.
 *
 * @returns float32 of the buffer's shape: every engine starts from the same bits
 */
export function initialValues(buffer: Buffer, seed: number): Float32Array {
  const fixed = fixedValues(buffer);
  if (fixed !== undefined) return Float32Array.from(fixed);
  const values = new Float32Array(sizeOf(buffer.type.shape));
  const law = buffer.initial;
  const key: NoiseKey = { seed, stream: buffer.stream ?? `init/${buffer.id}` };
  if (law?.kind === "normal") return fill(values, normals(key, law.mean, law.std));
  if (law?.kind === "uniform") return fill(values, uniforms(key, law.low, law.high));
  if (law?.kind === "mask") {
    const order = permutation(law.seed === undefined ? key : { ...key, seed: law.seed }, values.length);
    for (const at of order.subarray(0, law.ones)) values[at] = 1;
  }
  if (law?.kind === "masked") {
    const mask = initialValues({ ...buffer, initial: law.mask, stream: law.maskStream }, seed);
    return initialValues({ ...buffer, initial: law.law }, seed).map((value, at) => (mask[at] === 0 ? 0 : value));
  }
  return values;
}

function normals(key: NoiseKey, mean = 0, std = 1): () => number {
  return randomNormal.source(randomStream(key).uniform)(mean, std);
}

function uniforms(key: NoiseKey, low = 0, high = 1): () => number {
  const { uniform } = randomStream(key);
  return () => low + (high - low) * uniform();
}

function fill(values: Float32Array, draw: () => number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function perSample(key: BatchNoiseKey, size: number, law: (key: NoiseKey) => () => number): Float32Array {
  const { samples, ...rest } = key;
  const values = new Float32Array(samples.length * size);
  samples.forEach((sample, i) => fill(values.subarray(i * size, (i + 1) * size), law({ ...rest, sample })));
  return values;
}
