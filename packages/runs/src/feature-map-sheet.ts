/** The channels of one layer as tiles, as figure 4 of the paper shows them. @source ConvNGC */
import type { Shape } from "@settle/program";
import type { NumberArray } from "@settle/runtime";
import { type Colormap, colourAt } from "./colormap.ts";
import { contactSheet, type SheetOptions } from "./contact-sheet.ts";
import type { Picture } from "./picture.ts";

/** `scale` defaults to tiles of about 64 pixels, whatever the layer's resolution. */
export interface FeatureMapOptions extends SheetOptions {
  /** Tiles in a row. Default: as square a sheet as can be. */
  readonly columns?: number;
  /** Default viridis. */
  readonly colormap?: Colormap;
  /** Whether each channel spans the colours by itself (default), or the whole layer does. */
  readonly normalize?: "channel" | "layer";
}

export interface FeatureMapSheet {
  /** All tiles on one sheet. */
  readonly picture: Picture;
  /** One per channel, one pixel per unit. */
  readonly tiles: readonly Picture[];
  /** Smallest and largest finite value of the layer. */
  readonly range: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
}

/**
 * @param values `[height, width, channels]`, any numbers; what is not finite counts as the smallest
 * @param shape  `[height, width, channels]`; `[units]` is drawn as one tile, as square as can be
 * @param index  which sample, when `values` holds a batch; default 0
 */
export function featureMapSheet(
  values: NumberArray,
  shape: Shape,
  index = 0,
  options: FeatureMapOptions = {},
): FeatureMapSheet {
  const { colormap = "viridis", normalize = "channel", ...sheet } = options;
  const [height, width, channels] = shape.length === 1 ? squarest(shape[0] ?? 0) : threeOf(shape);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const sample = values.subarray(index * size, (index + 1) * size);
  if (sample.length !== size) throw new RangeError(`sample ${index} of shape [${shape.join(", ")}] is not there`);
  const range = rangeOf(sample, 0, 1);
  const tiles = Array.from({ length: channels }, (_, c) =>
    tile(sample, height, width, channels, c, normalize === "layer" ? range : rangeOf(sample, c, channels), colormap),
  );
  const scale = Math.max(1, Math.round(tileSize / Math.max(height, width)));
  const columns = Math.min(channels, options.columns ?? Math.ceil(Math.sqrt(channels)));
  const rows = Math.ceil(channels / columns);
  const grid = Array.from({ length: rows }, (_, row) => tiles.slice(row * columns, (row + 1) * columns));
  return { picture: contactSheet(grid, { scale, ...sheet }), tiles, range, columns, rows };
}

const tileSize = 64;

function threeOf(shape: Shape): readonly [number, number, number] {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new RangeError(`[${shape.join(", ")}] is not the shape of a layer`);
  }
  return [height, width, channels];
}

/** The factors of `units` nearest to each other: 200 is 10 × 20. */
function squarest(units: number): readonly [number, number, 1] {
  let height = Math.max(1, Math.floor(Math.sqrt(units)));
  while (units % height !== 0) height -= 1;
  return [height, units / height, 1];
}

function rangeOf(values: NumberArray, first: number, stride: number): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i < values.length; i += stride) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? [0, 0] : [low, high];
}

function tile(
  values: NumberArray,
  height: number,
  width: number,
  channels: number,
  channel: number,
  [low, high]: readonly [number, number],
  colormap: Colormap,
): Picture {
  const data = new Uint8Array(height * width * 3);
  // Zero keeps its colour in the signed map, so that it reads as zero in every tile.
  const [from, to] = colormap === "signed" ? symmetric(low, high) : [low, high];
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    const value = values[pixel * channels + channel] ?? NaN;
    // A flat tile has no scale of its own: it lies in the middle.
    const position = to > from ? ((Number.isFinite(value) ? value : from) - from) / (to - from) : 0.5;
    data.set(colourAt(colormap, position), pixel * 3);
  }
  return { width, height, channels: 3, data };
}

function symmetric(low: number, high: number): readonly [number, number] {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return [-reach, reach];
}
