import { expect, it } from "vitest";
import { rowsOf } from "../../src/circuit/rows-of.ts";

/** `zy` is z predicting y; x is observed. */
const rows = (...wires: readonly string[]): Record<string, number> => {
  const states = [...new Set(wires.join(""))].toSorted();
  const edges = wires.map((wire) => ({ from: wire[0]!, target: wire[1]! }));
  return Object.fromEntries(rowsOf(states, edges, ["x"]));
};

it("a state stands over all that it predicts, as high as the longest way down", () => {
  expect(rows("ax", "ba", "bx", "cb")).toEqual({ x: 0, a: 1, b: 2, c: 3 });
});

it("a cycle is cut so that what predicts the data stands low", () => {
  expect(rows("ax", "ba", "ab")).toEqual({ x: 0, a: 1, b: 2 });
  expect(rows("bx", "ab", "ba")).toEqual({ x: 0, b: 1, a: 2 });
});

it("a state that predicts itself has the row it would have without", () => {
  expect(rows("ax", "aa")).toEqual({ x: 0, a: 1 });
});
