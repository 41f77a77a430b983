/** What is done to images before a circuit sees them: noise to be removed, parts to be completed. Seeded per sample. */
import { settleError } from "@settle/diagnostics";
import { type Shape, sizeOf } from "@settle/program";
import { type SampleSource, sampleNormals, sampleUniforms } from "@settle/runtime";

/** Which draws: the same seed, epoch and sample index give the same corruption in whatever batch. */
export interface CorruptionKey {
  readonly seed: number;
  /** Default 0. */
  readonly epoch?: number;
  /** Index of each sample in its source. */
  readonly samples: readonly number[];
}

export type Mask =
  /** Nothing is known of the image. */
  | { readonly kind: "all" }
  /** One half is missing. */
  | { readonly kind: "half"; readonly missing: "top" | "bottom" | "left" | "right" }
  /** A rectangle of pixels is missing, at a random place. */
  | { readonly kind: "box"; readonly height: number; readonly width: number }
  /** Each pixel is missing with this probability, all its channels together. */
  | { readonly kind: "random"; readonly missing: number };

/**
 * Adds independent normal noise to every number. The result is not clipped.
 *
 * @param images `[samples, ...]`, on the scale 0 … 1
 * @param sigma  standard deviation on that scale; the papers' 0.1 is the default
 * @returns a new array
 * @source ConvNGC section 4
 */
export function addGaussianNoise(images: Float32Array, key: CorruptionKey, sigma = 0.1): Float32Array {
  if (!(sigma >= 0 && Number.isFinite(sigma))) {
    throw settleError("data/bad-corruption", `The standard deviation of the noise is ${sigma}.`, {
      help: "give a number of at least 0",
    });
  }
  const noise = sampleNormals({ ...key, stream: "corrupt/noise" }, images.length / key.samples.length);
  return images.map((value, i) => value + sigma * (noise[i] as number));
}

/**
 * Which pixels a circuit may see.
 *
 * @param shape `[height, width, channels]` or `[height, width]`
 * @returns `[samples, ...shape]`: 1 where a pixel is known, 0 where it is missing
 * @throws {SettleError} `data/bad-corruption` when the box is larger than the image or a probability is none
 */
export function drawMasks(shape: Shape, key: CorruptionKey, mask: Mask): Float32Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const size = sizeOf(shape);
  checkMask(mask, height, width);
  const masks = new Float32Array(key.samples.length * size);
  const draws = { all: 0, half: 0, box: 2, random: height * width }[mask.kind];
  const chance = sampleUniforms({ ...key, stream: "corrupt/mask" }, draws);
  for (let sample = 0; sample < key.samples.length; sample++) {
    const isMissing = missingPixels(mask, height, width, chance.subarray(sample * draws, (sample + 1) * draws));
    for (let pixel = 0; pixel < height * width; pixel++) {
      const known = isMissing(Math.floor(pixel / width), pixel % width) ? 0 : 1;
      masks.fill(known, sample * size + pixel * channels, sample * size + (pixel + 1) * channels);
    }
  }
  return masks;
}

export interface CorruptedOptions {
  readonly seed: number;
  /** Standard deviation of the noise; default 0.1. */
  readonly sigma?: number;
  /** Which field gets noise; default `image`. */
  readonly field?: string;
  /** Under which name the noisy one is offered beside it; default `noisy`. */
  readonly as?: string;
}

/** A source that offers, beside each image, the image with noise. */
export function withNoise(source: SampleSource, options: CorruptedOptions): SampleSource {
  const { seed, sigma = 0.1, field = "image", as = "noisy" } = options;
  const shape = source.fields[field];
  if (shape === undefined) {
    throw settleError("data/missing-field", `${source.name} has no field "${field}".`, {
      help: `it has ${Object.keys(source.fields).join(", ")}`,
    });
  }
  return {
    name: `${source.name} with noise ${sigma}`,
    size: source.size,
    fields: { ...source.fields, [as]: shape },
    hash: `${source.hash}+noise:${sigma}:${seed}`,
    async read(indices) {
      const fields = await source.read(indices);
      return { ...fields, [as]: addGaussianNoise(fields[field] as Float32Array, { seed, samples: indices }, sigma) };
    },
  };
}

function checkMask(mask: Mask, height: number, width: number): void {
  const fits = (size: number, of: number): boolean => Number.isSafeInteger(size) && size > 0 && size <= of;
  if (mask.kind === "box" && !(fits(mask.height, height) && fits(mask.width, width))) {
    throw settleError(
      "data/bad-corruption",
      `A box of ${mask.height} × ${mask.width} pixels does not fit into ${height} × ${width}.`,
      {
        help: "give whole numbers of pixels, at most the image's",
      },
    );
  }
  if (mask.kind === "random" && !(mask.missing >= 0 && mask.missing <= 1)) {
    throw settleError("data/bad-corruption", `${mask.missing} is not a probability for pixels to be missing.`, {
      help: "give a number in 0 … 1",
    });
  }
}

function missingPixels(
  mask: Mask,
  height: number,
  width: number,
  chance: Float32Array,
): (row: number, column: number) => boolean {
  switch (mask.kind) {
    case "all":
      return () => true;
    case "half":
      return (row, column) => {
        const along =
          mask.missing === "top" || mask.missing === "bottom" ? (row + 0.5) / height : (column + 0.5) / width;
        return mask.missing === "top" || mask.missing === "left" ? along < 0.5 : along > 0.5;
      };
    case "box": {
      const top = place(chance[0] as number, height - mask.height);
      const left = place(chance[1] as number, width - mask.width);
      return (row, column) => row >= top && row < top + mask.height && column >= left && column < left + mask.width;
    }
    case "random":
      return (row, column) => (chance[row * width + column] as number) < mask.missing;
    default:
      return mask satisfies never;
  }
}

/** Uniform among 0 … last; a draw rounded up to 1 counts as the last. */
function place(chance: number, last: number): number {
  return Math.min(last, Math.floor(chance * (last + 1)));
}
