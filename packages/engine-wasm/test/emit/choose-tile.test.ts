import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { chooseTiles } from "../../src/emit/choose-tile.ts";

const rows = fc.record({
  counts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  channels: fc.integer({ min: 1, max: 64 }),
  vectors: fc.integer({ min: 1, max: 3 }),
  fused: fc.boolean(),
  mostPixels: fc.integer({ min: 1, max: 6 }),
});

describe("chooseTiles", () => {
  it("covers every row with the widest tile and one that is as wide as what is left", () => {
    fc.assert(
      fc.property(rows, ({ counts, channels, vectors, fused, mostPixels }) => {
        const widths = chooseTiles(counts, channels, vectors, fused, mostPixels).map(({ pixels }) => pixels);
        const [widest = 0] = widths;
        expect(widths).toEqual([...new Set(widths)].toSorted((a, b) => b - a));
        expect(widest).toBeLessThanOrEqual(mostPixels);
        for (const count of counts) expect([0, ...widths]).toContain(count % widest);
      }),
    );
  });

  it("keeps accumulators, inputs and weights in 15 registers", () => {
    fc.assert(
      fc.property(rows, ({ counts, channels, fused, mostPixels }) => {
        for (const tile of chooseTiles(counts, channels, 1, fused, mostPixels))
          expect(tile.pixels * tile.channels + tile.pixels + tile.channels).toBeLessThanOrEqual(15);
      }),
    );
  });
});
