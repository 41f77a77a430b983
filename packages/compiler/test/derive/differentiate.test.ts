import { differentiate, simplify } from "@settle/compiler";
import {
  abs,
  add,
  argument,
  constant,
  div,
  exp,
  log,
  max,
  min,
  mul,
  neg,
  type ScalarExpression,
  select,
  sqrt,
  sub,
  tanh,
} from "@settle/program";
import { activationOf } from "@settle/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../evaluate.ts";

const x = argument(0);

/** Smooth wherever it is finite: no kinks for a finite difference to straddle. */
const smooth: fc.Arbitrary<ScalarExpression> = fc.letrec<{ e: ScalarExpression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4 },
    fc.constant(x),
    fc.double({ min: -3, max: 3, noNaN: true }).map(constant),
    tie("e").map(tanh),
    tie("e").map(neg),
    tie("e").map((a) => exp(tanh(a))),
    tie("e").map((a) => log(add(1, mul(a, a)))),
    tie("e").map((a) => sqrt(add(1, mul(a, a)))),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => sub(a, b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => mul(tanh(a), b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => div(a, add(2, tanh(b)))),
  ),
})).e;

describe("differentiate", () => {
  test("agrees with central differences on smooth expressions", () => {
    fc.assert(
      fc.property(smooth, fc.double({ min: -2, max: 2, noNaN: true }), (expression, at) => {
        const h = 1e-5;
        const difference = (evaluate(expression, [at + h]) - evaluate(expression, [at - h])) / (2 * h);
        const derived = evaluate(differentiate(expression), [at]);
        expect(Math.abs(derived - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(derived)));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["max(x, 0)", max(x, 0), 0],
    ["max(0, x)", max(0, x), 0],
    ["min(x, 0)", min(x, 0), 1],
    ["|x|", abs(x), -1],
    ["|−x|", abs(neg(x)), -1],
    ["x > 0 ? x : 0.2x", select(x, "gt", 0, x, mul(0.2, x)), 0.2],
    ["x >= 0 ? x : 0.2x", select(x, "ge", 0, x, mul(0.2, x)), 0.2],
    ["x < 0 ? 0.2x : x", select(x, "lt", 0, mul(0.2, x), x), 0.2],
    ["−x < 0 ? x : 0.2x", select(neg(x), "lt", 0, x, mul(0.2, x)), 0.2],
    ["max(−1, min(1, x)) at 0", max(-1, min(1, x)), 1],
  ])("takes the left derivative of %s at 0", (_name, expression, left) => {
    const h = 1e-6;
    expect(evaluate(differentiate(expression), [0])).toBe(left);
    expect((evaluate(expression, [0]) - evaluate(expression, [-h])) / h).toBeCloseTo(left, 6);
  });

  test.each(["relu", "leaky-relu", "elu", "selu", "softplus", "tanh", "sigmoid", "hard-tanh", "identity"] as const)(
    "agrees with central differences on %s, whether it states its derivative or not",
    (kind) => {
      const { expression, derivative } = activationOf(kind);
      const h = 1e-6;
      for (const at of [-3, -1.5, -0.3, 0.4, 0.9, 2.5]) {
        const difference = (evaluate(expression, [at + h]) - evaluate(expression, [at - h])) / (2 * h);
        expect(evaluate(differentiate(expression), [at])).toBeCloseTo(difference, 7);
        if (derivative !== undefined) expect(evaluate(derivative, [at])).toBeCloseTo(difference, 7);
      }
    },
  );
});

describe("simplify", () => {
  test("keeps the value", () => {
    fc.assert(
      fc.property(smooth, fc.double({ min: -2, max: 2, noNaN: true }), (expression, at) => {
        const value = evaluate(expression, [at]);
        expect(Math.abs(evaluate(simplify(expression), [at]) - value)).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(value)),
        );
      }),
    );
  });

  test("leaves nothing of what does nothing", () => {
    expect(simplify(add(mul(1, x), mul(0, exp(x))))).toEqual(x);
    expect(simplify(sub(0, mul(-1, x)))).toEqual(x);
    expect(simplify(mul(2, mul(x, 3)))).toEqual(mul(6, x));
    expect(simplify(select(1, "gt", 0, x, exp(x)))).toEqual(x);
  });
});
