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
 * The tiles that rows are cut into, with the fewest estimated cycles: as many of the first as find room, then the one
 * that is as wide as what is left. Each has the number of channels that suits its width.
 *
 * @param counts      how many positions the segments of a row have
 * @param channels    output channels, or vectors of them
 * @param vectors     v128 per element
 * @param fused       whether a multiply-add is one instruction and needs no register between
 * @param mostPixels  positions in a tile; with 1 there is one tile only
 */
export function chooseTiles(
  counts: readonly number[],
  channels: number,
  vectors: number,
  fused: boolean,
  mostPixels = 6,
): readonly Tile[] {
  const rows = Array.from({ length: mostPixels }, (_, k) => cheapestRow(k + 1, channels, vectors, fused));
  const costOf = (pixels: number): number => rows[pixels - 1]?.cost ?? 0;
  let widest = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let pixels = 1; pixels <= mostPixels; pixels++) {
    const cost = counts.reduce(
      (sum, count) => sum + Math.floor(count / pixels) * costOf(pixels) + costOf(count % pixels),
      0,
    );
    if (cost < least) [least, widest] = [cost, pixels];
  }
  const sizes = new Set(counts.flatMap((count) => [...(count >= widest ? [widest] : []), count % widest]));
  return rows.flatMap(({ tile }) => (sizes.has(tile.pixels) ? [tile] : [])).toReversed();
}

/** All channels of neighbouring positions, in tiles of the best width. */
function cheapestRow(
  pixels: number,
  channels: number,
  vectors: number,
  fused: boolean,
): { readonly tile: Tile; readonly cost: number } {
  const rows = pixels * vectors;
  let best = { tile: { pixels, channels: 1 }, cost: Number.POSITIVE_INFINITY };
  for (let width = 1; width <= Math.min(channels, 12); width++) {
    if (!fits(rows, width, fused) && rows * width > 1) continue;
    const rest = channels % width;
    const cost = Math.floor(channels / width) * turn(rows, width, fused) + (rest > 0 ? turn(rows, rest, fused) : 0);
    if (cost < best.cost) best = { tile: { pixels, channels: width }, cost };
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

/**
 * Cycles of one input channel for a tile of rows × columns accumulators: multiply-adds and loads both go two a cycle, an
 * accumulator is ready for the next turn after its latency, and a loop turn costs a little.
 */
export function turn(rows: number, columns: number, fused: boolean): number {
  const arithmetic = (rows * columns * (fused ? 1 : 2)) / 2;
  const loads = (rows + columns) / 2;
  const latency = fused ? 4 : 3;
  return Math.max(arithmetic, loads, latency) + 0.5;
}
