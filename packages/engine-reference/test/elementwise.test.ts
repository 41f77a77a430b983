import { add, argument, constant, mul } from "@settle/program";
import { expect, test } from "vitest";

import { elementwise } from "../src/elementwise.ts";

const batched = (...shape: number[]) => ({ batch: true, shape });
const single = (...shape: number[]) => ({ batch: false, shape });

test("an unbatched operand is the same for every sample and a channel vector for every position", () => {
  const apply = elementwise(add(argument(0), argument(1)), [batched(2, 2), single(2)], batched(2, 2));
  const out = apply([Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), Float64Array.of(10, 20)], 2);
  expect([...out]).toEqual([11, 22, 13, 24, 15, 26, 17, 28]);
});

test("one number per sample reaches all entries of its own sample only", () => {
  const apply = elementwise(mul(argument(0), argument(1)), [batched(), batched(3)], batched(3));
  expect([...apply([Float64Array.of(2, -1), Float64Array.of(1, 2, 3, 4, 5, 6)], 2)]).toEqual([2, 4, 6, -4, -5, -6]);
});

test("an inner axis of one repeats between outer axes that do not", () => {
  const apply = elementwise(argument(0), [single(2, 1, 2)], single(2, 3, 2));
  expect([...apply([Float64Array.of(1, 2, 3, 4)], 1)]).toEqual([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
});

test("an expression without operands fills the declared type", () => {
  expect([...elementwise(constant(7), [], batched(2))([], 3)]).toEqual([7, 7, 7, 7, 7, 7]);
});

test("operands that do not fit the result are refused", () => {
  expect(() => elementwise(argument(0), [single(2)], single(3))).toThrow("broadcasts [2] to [3]");
});
