import {
  abs,
  add,
  argument,
  type Comparison,
  constant,
  div,
  erf,
  exp,
  log,
  max,
  min,
  mul,
  neg,
  type ScalarExpression,
  select,
  sign,
  sqrt,
  sub,
  tanh,
} from "@settle/program";
import { describe, expect, test } from "vitest";

import { scalarFunction } from "../src/scalar-function.ts";

const x = argument(0);
const y = argument(1);
const at = (expression: ScalarExpression, ...operands: number[]): number =>
  scalarFunction(expression)(Float64Array.from(operands));

test("every unary primitive is its function", () => {
  expect(at(neg(x), 2.5)).toBe(-2.5);
  expect(at(abs(x), -2.5)).toBe(2.5);
  expect([at(sign(x), -0.1), at(sign(x), 0), at(sign(x), 7)]).toEqual([-1, 0, 1]);
  expect(at(exp(x), 0.5)).toBeCloseTo(1.6487212707001282, 15);
  expect(at(log(x), 7)).toBeCloseTo(1.9459101490553132, 15);
  expect(at(sqrt(x), 3)).toBeCloseTo(1.7320508075688772, 15);
  expect(at(tanh(x), 0.5)).toBeCloseTo(0.46211715726000976, 15);
  expect(at(erf(x), 0.5)).toBeCloseTo(0.5204998778130465, 15);
});

test("every binary primitive takes its operands in order", () => {
  expect(at(add(x, y), 5, 3)).toBe(8);
  expect(at(sub(x, y), 5, 3)).toBe(2);
  expect(at(mul(x, y), 5, 3)).toBe(15);
  expect(at(div(x, y), 5, 2)).toBe(2.5);
  expect(at(min(x, y), 5, 3)).toBe(3);
  expect(at(max(x, y), 5, 3)).toBe(5);
});

const truths: readonly (readonly [Comparison, readonly [boolean, boolean, boolean]])[] = [
  ["lt", [true, false, false]],
  ["le", [true, true, false]],
  ["gt", [false, false, true]],
  ["ge", [false, true, true]],
  ["eq", [false, true, false]],
];
test.each(truths)("select with %s tells 1 from 2, 2 from 2 and 3 from 2, and is false for NaN", (comparison, truth) => {
  const chosen = select(x, comparison, y, constant(1), constant(0));
  expect([1, 2, 3].map((value) => at(chosen, value, 2) === 1)).toEqual(truth);
  expect(at(chosen, Number.NaN, 2)).toBe(0);
  expect(at(chosen, 2, Number.NaN)).toBe(0);
});

describe("select shields from the side that was not chosen", () => {
  const guarded = select(x, "gt", 0, log(x), 0);
  test("when it is NaN", () => expect(at(guarded, -1)).toBe(0));
  test("when it is infinite", () => expect(at(select(x, "eq", 0, 7, div(1, x)), 0)).toBe(7));
  test("when it overflows inside a product", () => {
    const selu = mul(1.05, select(x, "gt", 0, x, mul(1.67, sub(exp(x), 1))));
    expect(at(selu, 1000)).toBe(1050);
  });
});

test("activations built from the primitives agree with their textbook definitions", () => {
  const sigmoid = div(1, add(1, exp(neg(x))));
  const softplus = add(max(x, 0), log(add(1, exp(neg(abs(x))))));
  const gelu = mul(mul(0.5, x), add(1, erf(div(x, Math.SQRT2))));
  const leaky = max(x, mul(0.2, x));
  expect(at(sigmoid, 0.7)).toBeCloseTo(0.6681877721681662, 14);
  expect(at(sigmoid, -800)).toBe(0);
  expect(at(softplus, 1)).toBeCloseTo(1.3132616875182228, 14);
  expect(at(softplus, 800)).toBe(800);
  expect(at(gelu, 1)).toBeCloseTo(0.8413447460685429, 14);
  expect([at(leaky, -3), at(leaky, 3)]).toEqual([-0.6000000000000001, 3]);
});
