import { expect, test } from "vitest";

import { compareNumbers } from "../src/compare-numbers.ts";

test("the error is relative to the largest entry of the wanted tensor", () => {
  const check = compareNumbers("state z", [1, 3.75], [1, -4].map(Math.abs), 0.07);
  expect(check).toEqual({ what: "state z", maxRelativeError: 0.0625, tolerance: 0.07, ok: true });
  expect(compareNumbers("state z", [1, 3.75], [1, 4], 0.05).ok).toBe(false);
});

test("where all wanted entries are zero, it is absolute", () => {
  expect(compareNumbers("x", [0, 0.5], [0, 0], 1)).toMatchObject({ maxRelativeError: 0.5 });
});

test.each([
  ["another size", [1]],
  ["nothing", undefined],
  ["NaN", [1, Number.NaN]],
  ["an infinity", [1, Infinity]],
])("%s is never ok", (_, got) => {
  expect(compareNumbers("x", got, [1, 2], Infinity)).toMatchObject({ maxRelativeError: null, ok: false });
});
