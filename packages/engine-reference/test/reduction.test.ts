import { expect, test } from "vitest";

import { reduction, softmax } from "../src/reduction.ts";

const values = Float64Array.from({ length: 12 }, (_, k) => (k === 7 ? -5 : k));
const type = { batch: true, shape: [2, 3] };

test("a sum over one axis keeps the samples and the other axis apart", () => {
  expect([...reduction("sum", type, [1], false)(values, 2)]).toEqual([3, 12, 9, 30]);
  expect([...reduction("sum", type, [0], false)(values, 2)]).toEqual([3, 5, 7, 15, 5, 19]);
});

test("a sum over all axes and the samples is one number", () => {
  expect([...reduction("sum", type, [0, 1], true)(values, 2)]).toEqual([54]);
});

test("a sum over the samples alone keeps the shape", () => {
  expect([...reduction("sum", type, [], true)(values, 2)]).toEqual([6, -4, 10, 12, 14, 16]);
});

test("a maximum of negative numbers is negative, and NaN is not lost", () => {
  const negated = values.map((value) => -1 - value);
  expect([...reduction("max", type, [0, 1], false)(negated, 2)]).toEqual([-1, 4]);
  const broken = values.with(3, Number.NaN);
  expect([...reduction("max", type, [0, 1], true)(broken, 2)]).toEqual([Number.NaN]);
});

test("a tensor without samples is reduced like one sample", () => {
  expect([...reduction("sum", { batch: false, shape: [4] }, [0], false)(Float64Array.of(1, 2, 3, 4), 7)]).toEqual([10]);
});

test("softmax adds up to one over the last axis and does not overflow", () => {
  const out = softmax(Float64Array.of(0, Math.log(3), 1000, 1000), 2);
  expect(out[0]).toBeCloseTo(0.25, 15);
  expect(out[1]).toBeCloseTo(0.75, 15);
  expect(Array.from(out).slice(2)).toEqual([0.5, 0.5]);
});
