/** Pictures as 8-bit pixels: what is shown, never what is measured. */
import type { Shape } from "@settle/program";
import type { NumberArray } from "@settle/runtime";

export interface Picture {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red-green-blue. */
  readonly channels: 1 | 3;
  /** 0…255, row by row, `[height, width, channels]`. */
  readonly data: Uint8Array;
}

/**
 * An image of a data set, or a prediction of one, for display.
 *
 * @param values `[height, width, channels]`, 0 black to 1 full; what lies outside is clipped, NaN is black
 * @param shape  `[height, width, channels]` with 1 or 3 channels, or `[height, width]`
 * @param index  which image of a batch, when `values` holds several behind each other; default 0
 * @throws {RangeError} when the shape is not one of an image, or `values` is too short for it
 */
export function pictureOf(values: NumberArray, shape: Shape, index = 0): Picture {
  const [height, width, channels = 1] = shape;
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3) || shape.length > 3) {
    throw new RangeError(`[${shape.join(", ")}] is not the shape of a picture`);
  }
  const size = height * width * channels;
  if (values.length < (index + 1) * size) {
    throw new RangeError(`image ${index} of shape [${shape.join(", ")}] is not among ${values.length} numbers`);
  }
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) data[i] = toByte(values[index * size + i] ?? 0);
  return { width, height, channels, data };
}

/** Every pixel becomes a square of `factor` × `factor`: small images stay what they are. */
export function enlarge(picture: Picture, factor: number): Picture {
  const { width, height, channels } = picture;
  const canvas = blankPicture(width * factor, height * factor, channels);
  paste(canvas, picture, 0, 0, factor);
  return canvas;
}

/** A picture of one grey level. */
export function blankPicture(width: number, height: number, channels: 1 | 3, level = 0): Picture {
  return { width, height, channels, data: new Uint8Array(width * height * channels).fill(level) };
}

/** Draws `picture`, enlarged, into `canvas` with its corner at (left, top). A grey picture on a coloured canvas stays grey. */
export function paste(canvas: Picture, picture: Picture, left: number, top: number, factor = 1): void {
  for (let y = 0; y < picture.height * factor; y += 1) {
    for (let x = 0; x < picture.width * factor; x += 1) {
      const from = (Math.floor(y / factor) * picture.width + Math.floor(x / factor)) * picture.channels;
      const to = ((top + y) * canvas.width + left + x) * canvas.channels;
      for (let c = 0; c < canvas.channels; c += 1) {
        canvas.data[to + c] = picture.data[from + (picture.channels === 1 ? 0 : c)] ?? 0;
      }
    }
  }
}

/** 0…1 to 0…255, clipped and rounded. */
function toByte(value: number): number {
  return value > 0 ? Math.round(Math.min(value, 1) * 255) : 0;
}
