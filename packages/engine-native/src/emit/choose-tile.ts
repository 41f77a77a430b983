/** How many accumulators a contraction keeps in registers, and how they are spread over positions and channels. */
import type { Target } from "./target.ts";

/** A tile of `positions` × `channels` lane groups of accumulators. */
export interface Tile {
  readonly positions: number;
  readonly channels: number;
}

/** Cuts a length into pieces of at most `largest`, as equal as they can be, the larger ones first. */
export function cut(length: number, largest: number): readonly { readonly size: number; readonly count: number }[] {
  const pieces = Math.ceil(length / largest);
  const size = Math.ceil(length / pieces);
  const smaller = pieces * size - length;
  return [
    { size, count: pieces - smaller },
    { size: size - 1, count: smaller },
  ].filter(({ count }) => count > 0);
}

/** Channels of a tile whose positions are given. */
export function channelsFor(positions: number, channels: number, vectors: number, target: Target): number {
  let best = { channels: 1, cost: Infinity };
  for (let tile = 1; tile <= channels; tile++) {
    if (!fits(positions * vectors, tile, target)) break;
    const pieces = cut(channels, tile);
    const cost = pieces.reduce((sum, { size, count }) => sum + count * tileCost(positions * vectors, size), 0);
    if (cost < best.cost) best = { channels: tile, cost };
  }
  return best.channels;
}

/** The tile for segments of the given lengths: the cheapest by the count of loads and multiply-adds. */
export function chooseTile(lengths: readonly number[], channels: number, vectors: number, target: Target): Tile {
  let best: Tile & { cost: number } = { positions: 1, channels: 1, cost: Infinity };
  for (let positions = 1; positions <= 8 && fits(positions * vectors, 1, target); positions++) {
    let cost = 0;
    for (const length of lengths) {
      for (const { size, count } of cut(length, positions)) {
        const tile = channelsFor(size, channels, vectors, target);
        for (const piece of cut(channels, tile)) cost += count * piece.count * tileCost(size * vectors, piece.size);
      }
    }
    if (cost < best.cost * 0.999)
      best = { positions, channels: channelsFor(positions, channels, vectors, target), cost };
  }
  return { positions: best.positions, channels: best.channels };
}

/** Accumulators, one vector of each input, and one broadcast weight. */
function fits(inputs: number, channels: number, { registers }: Target): boolean {
  return inputs * channels + inputs + 1 <= registers;
}

/**
 * Cycles for one input channel: multiply-adds, at least eight in flight to hide their latency, and a share for the loads
 * that go beside them.
 */
function tileCost(inputs: number, channels: number): number {
  return Math.max(inputs * channels, 8) + 0.3 * (inputs + channels) + 0.5;
}
