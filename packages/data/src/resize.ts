/** Linear interpolation of images to another size. */

/**
 * Resizes one-channel images by linear interpolation along both axes.
 *
 * Pixel centres are at half-integers, so both images cover the same square (what OpenCV, PyTorch and TensorFlow 2 call
 * bilinear); beyond the outermost centres the border value is repeated.
 */
export interface Resizer {
  /**
   * @param source `[fromHeight, fromWidth]`, from `sourceAt` on
   * @param target written from `targetAt` on, every `stride`-th number, `[toHeight, toWidth]`
   */
  (source: Float32Array, sourceAt: number, target: Float32Array, targetAt: number, stride: number): void;
}

export function createResizer(from: readonly [number, number], to: readonly [number, number]): Resizer {
  const rows = axisTaps(from[0], to[0]);
  const columns = axisTaps(from[1], to[1]);
  return (source, sourceAt, target, targetAt, stride) => {
    let at = targetAt;
    for (const row of rows) {
      const upper = sourceAt + row.low * from[1];
      const lower = sourceAt + row.high * from[1];
      for (const column of columns) {
        const above = mix(source[upper + column.low] as number, source[upper + column.high] as number, column.part);
        const below = mix(source[lower + column.low] as number, source[lower + column.high] as number, column.part);
        target[at] = mix(above, below, row.part);
        at += stride;
      }
    }
  };
}

interface Tap {
  readonly low: number;
  readonly high: number;
  /** How far from `low` to `high`. */
  readonly part: number;
}

function axisTaps(from: number, to: number): readonly Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(centre);
    return { low, high: Math.min(from - 1, low + 1), part: centre - low };
  });
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
