/** How much of a contraction is in registers at once. */

export interface Tile {
  /** Neighbouring output positions of a row. */
  readonly pixels: number;
  /** Output channels. */
  readonly channels: number;
}

/** A machine has 16 vector registers; V8 keeps one for itself. */
const registers = 15;

/**
 * The tile with the fewest estimated cycles: multiply-adds and loads both go two a cycle, and a loop turn costs a little.
 *
 * @param counts    how many positions the segments of a row have
 * @param channels  output channels
 * @param vectors   v128 per element
 * @param fused     whether a multiply-add is one instruction and needs no register between
 */
export function chooseTile(counts: readonly number[], channels: number, vectors: number, fused: boolean): Tile {
  let best: Tile = { pixels: 1, channels: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (let pixels = 1; pixels <= 6; pixels++) {
    for (let width = 1; width <= Math.min(channels, 12); width++) {
      if (!fits(pixels * vectors, width, fused) && pixels * width > 1) continue;
      const rest = channels % width;
      const row = (p: number): number =>
        Math.floor(channels / width) * turn(p * vectors, width, fused) +
        (rest > 0 ? turn(p * vectors, rest, fused) : 0);
      const cost = counts.reduce(
        (sum, count) => sum + Math.floor(count / pixels) * row(pixels) + (count % pixels) * row(1),
        0,
      );
      if (cost < least) {
        least = cost;
        best = { pixels, channels: width };
      }
    }
  }
  return best;
}

/**
 * Whether a tile's accumulators and what one turn loads are in registers together. They must be: V8 puts all loads of a
 * stretch of code without branches before its arithmetic (so that unrolling the turn makes it spill, too).
 */
export function fits(rows: number, columns: number, fused: boolean): boolean {
  return rows * columns + rows + columns + (fused ? 0 : 1) <= registers;
}

/** Cycles of one input channel for a tile of rows × columns accumulators. */
export function turn(rows: number, columns: number, fused: boolean): number {
  const arithmetic = (rows * columns * (fused ? 1 : 2)) / 2;
  const loads = (rows + columns) / 2;
  return Math.max(arithmetic, loads) + 0.5;
}
