import { expect, test } from "vitest";

import { readTensor } from "../src/tensor.ts";

test("nested arrays become row-major numbers with their shape", () => {
  expect(readTensor([[[1, 2]], [[3, 4]], [[5, 6]]])).toEqual({
    shape: [3, 1, 2],
    values: Float64Array.of(1, 2, 3, 4, 5, 6),
  });
});

test.each([
  ["a number alone", 3, "expected nested arrays"],
  ["an empty array", [], "expected nested arrays"],
  ["rows of different lengths", [[1, 2], [3]], "ragged"],
  ["a number among rows", [[1], 2], "ragged"],
  ["a row among numbers", [1, [2]], "expected a number"],
  ["null, as JSON writes NaN", [1, null], "expected a number"],
  ["an infinity", [1, Infinity], "finite"],
])("%s is refused in words", (_, nested, words) => {
  expect(readTensor(nested)).toContain(words);
});
