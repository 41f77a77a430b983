/** The half of an image that completion hides. */
import type { NumberArray } from "@settle/runtime";

export const hiddenParts = ["bottom", "top", "left", "right"] as const;
export type HiddenPart = (typeof hiddenParts)[number];

/** Half-open ranges of rows and columns. */
export interface Region {
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
}

/** @param shape of one image: `[height, width, …]` */
export function hiddenHalf(shape: readonly number[], part: HiddenPart): Region {
  const [height = 1, width = 1] = shape;
  const all: Region = { rows: [0, height], columns: [0, width] };
  switch (part) {
    case "bottom":
      return { ...all, rows: [Math.floor(height / 2), height] };
    case "top":
      return { ...all, rows: [0, Math.floor(height / 2)] };
    case "left":
      return { ...all, columns: [0, Math.floor(width / 2)] };
    case "right":
      return { ...all, columns: [Math.floor(width / 2), width] };
    default:
      return part satisfies never;
  }
}

/** Shape of the region cut out of an image. */
export function shapeOfRegion({ rows, columns }: Region, shape: readonly number[]): readonly number[] {
  return [rows[1] - rows[0], columns[1] - columns[0], ...shape.slice(2)];
}

/** A mask for `count` images: 1 where the node is clamped, 0 inside the region. */
export function maskOfRegion(region: Region, shape: readonly number[], count: number): Float32Array {
  const hidden = membership(region, shape);
  return Float32Array.from({ length: count * hidden.length }, (_, i) => (hidden[i % hidden.length] ? 0 : 1));
}

/** The images with the region painted grey. */
export function hideRegion(images: NumberArray, region: Region, shape: readonly number[]): NumberArray {
  const hidden = membership(region, shape);
  return images.map((value, i) => (hidden[i % hidden.length] ? 0.5 : value));
}

/** The region cut out of every image. */
export function cropRegion(images: NumberArray, region: Region, shape: readonly number[]): NumberArray {
  const hidden = membership(region, shape);
  return images.filter((_, i) => hidden[i % hidden.length]);
}

/** For every number of an image, whether it lies in the region. */
function membership({ rows, columns }: Region, shape: readonly number[]): readonly boolean[] {
  const [height = 1, width = 1, channels = 1] = shape;
  return Array.from({ length: height * width * channels }, (_, i) => {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width));
    return row >= rows[0] && row < rows[1] && column >= columns[0] && column < columns[1];
  });
}
