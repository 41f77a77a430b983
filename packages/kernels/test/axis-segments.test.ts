import type { RelationAxis } from "@settle/program";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisSegments, tapRuns } from "../src/axis-segments.ts";
import { elementMap } from "../src/element-map.ts";

const axis: fc.Arbitrary<RelationAxis> = fc.record({
  big: fc.constantFrom("pre" as const, "post" as const),
  stride: fc.integer({ min: 1, max: 4 }),
  taps: fc.integer({ min: 1, max: 5 }),
  pad: fc.integer({ min: 0, max: 3 }),
  pre: fc.integer({ min: 1, max: 12 }),
  post: fc.integer({ min: 1, max: 12 }),
});

/** The pairs of positions that a relation joins on one axis, straight from its definition. */
function joined(one: RelationAxis): string[] {
  const pairs: string[] = [];
  const small = one.big === "pre" ? "post" : "pre";
  for (let s = 0; s < one[small]; s++) {
    for (let tap = 0; tap < one.taps; tap++) {
      const big = one.stride * s + tap - one.pad;
      if (big < 0 || big >= one[one.big]) continue;
      const [pre, post] = one.big === "pre" ? [big, s] : [s, big];
      pairs.push(`${pre} ${tap} ${post}`);
    }
  }
  return pairs.toSorted();
}

describe("segments", () => {
  it("join exactly the positions that the relation joins, from either side", () => {
    fc.assert(
      fc.property(axis, fc.constantFrom("pre" as const, "post" as const), (one, output) => {
        const pairs = axisSegments(one, output).flatMap(({ first, step, count, inputStep, taps }) =>
          Array.from({ length: count }, (_, i) =>
            taps.map(({ tap, input }) => {
              const [here, there] = [first + i * step, input + i * inputStep];
              return output === "post" ? `${there} ${tap} ${here}` : `${here} ${tap} ${there}`;
            }),
          ).flat(),
        );
        expect(pairs.toSorted()).toEqual(joined(one));
      }),
    );
  });

  it("cover every output position once, those without a tap too", () => {
    fc.assert(
      fc.property(axis, fc.constantFrom("pre" as const, "post" as const), (one, output) => {
        const positions = axisSegments(one, output).flatMap(({ first, step, count }) =>
          Array.from({ length: count }, (_, i) => first + i * step),
        );
        expect(positions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: one[output] }, (_, i) => i));
      }),
    );
  });

  it("are the sub-pixel form of a strided deconvolution: two residues and a border", () => {
    const up: RelationAxis = { big: "post", stride: 2, taps: 3, pad: 0, pre: 4, post: 8 };
    const shown = axisSegments(up, "post").map(({ first, step, count, taps }) => [
      first,
      step,
      count,
      taps.map(({ tap }) => tap),
    ]);
    expect(shown).toEqual([
      [0, 2, 1, [0]],
      [2, 2, 3, [0, 2]],
      [1, 2, 4, [1]],
    ]);
  });
});

it("the runs of the taps join exactly the positions that the relation joins", () => {
  fc.assert(
    fc.property(axis, fc.constantFrom("pre" as const, "post" as const), (one, firstSide) => {
      const pairs = tapRuns(one, firstSide).flatMap(({ first, firstStep, second, secondStep, count }, tap) =>
        Array.from({ length: count }, (_, i) => {
          const [a, b] = [first + i * firstStep, second + i * secondStep];
          return firstSide === "pre" ? `${a} ${tap} ${b}` : `${b} ${tap} ${a}`;
        }),
      );
      expect(pairs.toSorted()).toEqual(joined(one));
    }),
  );
});

describe("the map of an operand's elements", () => {
  it.each([
    [[], [2, 3, 4], { divide: 1, modulo: 1 }],
    [[4], [2, 3, 4], { divide: 1, modulo: 4 }],
    [[1, 1, 3, 4], [2, 2, 3, 4], { divide: 1, modulo: 12 }],
    [[5, 1], [5, 7], { divide: 7, modulo: 5 }],
    [[2, 3, 4], [2, 3, 4], { divide: 1, modulo: 24 }],
  ])("for %j in %j", (operand, result, expected) => expect(elementMap(operand, result)).toEqual(expected));

  it("does not exist for an operand that repeats in the middle", () => {
    expect(elementMap([2, 1, 4], [2, 3, 4])).toBeUndefined();
  });
});
