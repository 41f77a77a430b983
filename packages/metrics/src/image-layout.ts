/** How the numbers of a batch of images lie in memory: `[images, height, width, channels]`, channels innermost. */
import { settleError } from "@settle/diagnostics";

export type NumberArray = Float32Array | Float64Array;

export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** height · width · channels: how many numbers an image has. */
  readonly size: number;
}

/**
 * Reads a sample's shape as an image.
 *
 * @param shape `[height, width, channels]`, `[height, width]` (one channel) or `[units]` (one row of one channel)
 * @throws {SettleError} `metrics/not-an-image` for any other rank, or an axis that is not a positive integer
 */
export function imageLayout(shape: readonly number[]): ImageLayout {
  const axes = shape.length === 1 ? [1, ...shape, 1] : shape.length === 2 ? [...shape, 1] : shape;
  const [height, width, channels] = axes;
  const whole = axes.every((axis) => Number.isSafeInteger(axis) && axis > 0);
  if (height === undefined || width === undefined || channels === undefined || axes.length > 3 || !whole) {
    throw settleError("metrics/not-an-image", `[${shape.join(", ")}] is not the shape of an image.`, {
      help: "give [height, width, channels], [height, width] or [units]",
    });
  }
  return { height, width, channels, size: height * width * channels };
}

/**
 * How many images two arrays hold.
 *
 * @throws {SettleError} `metrics/size-mismatch` when they differ, are empty or hold a part of an image
 */
export function countImages(target: NumberArray, prediction: NumberArray, { size }: ImageLayout): number {
  const images = target.length / size;
  if (target.length === prediction.length && images > 0 && Number.isInteger(images)) return images;
  throw settleError(
    "metrics/size-mismatch",
    `The targets hold ${target.length} numbers and the predictions ${prediction.length}; an image has ${size}.`,
    { help: "give both as [images, ...shape], for the same images" },
  );
}

/** Values limited to 0 … 1, NaN kept. */
export function clipToUnit<A extends NumberArray>(values: A): A {
  return values.map((value) => Math.min(1, Math.max(0, value))) as A;
}
