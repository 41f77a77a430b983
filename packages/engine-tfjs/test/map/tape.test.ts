import {
  abs,
  add,
  argument,
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
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Tf } from "../../src/backends/backend.ts";
import { activate } from "../../src/backends/backend-turn.ts";
import { cpuBackend } from "../../src/backends/cpu-backend.ts";
import { wasmBackend } from "../../src/backends/wasm-backend.ts";
import { Kit } from "../../src/kit.ts";
import { recordTape } from "../../src/map/tape.ts";

const [x, y] = [argument(0), argument(1)];

/** The meaning of an expression, one number at a time, in float64. */
function valueOf(e: ScalarExpression, entries: readonly number[]): number {
  const of = (part: ScalarExpression): number => valueOf(part, entries);
  switch (e.kind) {
    case "constant":
      return e.value;
    case "argument":
      return entries[e.index]!;
    case "unary": {
      if (e.primitive === "neg") return -of(e.a);
      if (e.primitive === "erf") throw new Error("tested against a table");
      return Math[e.primitive](of(e.a));
    }
    case "binary": {
      const [a, b] = [of(e.a), of(e.b)];
      return { add: a + b, sub: a - b, mul: a * b, div: a / b, min: Math.min(a, b), max: Math.max(a, b) }[e.primitive];
    }
    case "select": {
      const [a, b] = [of(e.a), of(e.b)];
      const holds = { lt: a < b, le: a <= b, gt: a > b, ge: a >= b, eq: a === b }[e.comparison];
      return of(holds ? e.then : e.otherwise);
    }
    default:
      return e satisfies never;
  }
}

/** Expressions that stay moderate, so that float32 can follow. */
const { tree } = fc.letrec<{ tree: ScalarExpression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(x, y),
    fc.constantFrom(-1.5, -1, -0.2, 0, 0.001, 0.5, 1, 2).map(constant),
    fc.tuple(fc.constantFrom(add, sub, mul, min, max), tie("tree"), tie("tree")).map(([f, a, b]) => f(a, b)),
    fc.tuple(fc.constantFrom(neg, abs, tanh), tie("tree")).map(([f, a]) => f(a)),
    // Jumps are tried where float32 and float64 agree on which side one is.
    fc.constantFrom(x, y).map(sign),
    fc.tuple(fc.constantFrom(x, y), tie("tree"), tie("tree")).map(([at, a, b]) => select(at, "gt", 0.25, a, b)),
    tie("tree").map((a) => div(a, add(1, mul(a, a)))),
    tie("tree").map((a) => add(0.5, mul(0.5, tanh(mul(0.5, a))))),
    fc
      .tuple(
        tie("tree"),
        fc.constantFrom("lt" as const, "le" as const, "gt" as const, "ge" as const),
        fc.double({ min: -1, max: 1, noNaN: true }),
      )
      .map(([a, comparison, slope]) => select(a, comparison, 0, a, mul(slope, a))),
  ),
}));

describe.each([wasmBackend, cpuBackend])("scalar expressions on $name", (backend) => {
  let tf: Tf;
  let kit: Kit;
  beforeAll(async () => {
    const opening = await backend.open();
    if (!opening.ok) throw new Error(opening.unavailable.reason);
    tf = opening.backend.tf;
    await activate(tf, backend.tfName);
    kit = new Kit(tf, backend.traits);
    return () => kit.dispose();
  });

  const evaluate = (expression: ScalarExpression, ...operands: readonly (readonly number[])[]): readonly number[] =>
    tf.tidy(() => {
      const tensors = operands.map((operand) => tf.tensor(Float32Array.from(operand), [1, operand.length]));
      const result = recordTape(kit, expression, operands.length)(tensors);
      return [...tf.broadcastTo(result, tensors[0]!.shape).dataSync()];
    });

  const grid = Array.from({ length: 41 }, (_, k) => Math.fround((k - 20) / 4));

  it("are computed as they are defined", () => {
    const other = grid.map((entry) => Math.fround(Math.cos(7 * entry)));
    fc.assert(
      fc.property(tree, (expression) => {
        const expected = grid.map((entry, k) => valueOf(expression, [entry, other[k]!]));
        fc.pre(expected.every((value) => Math.abs(value) < 1e4));
        const computed = evaluate(expression, grid, other);
        for (const [k, value] of expected.entries()) {
          expect(Math.abs(computed[k]! - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("have a tanh that is exact to float32 in relation to its value, down to the smallest arguments", () => {
    const points = [-30, -9.4, -3, -1, -1e-3, -1e-6, 1e-12, 1e-4, 0.1, 0.5, 2, 5, 8, 9.6, 100].map(Math.fround);
    const computed = evaluate(tanh(x), points);
    for (const [k, point] of points.entries()) {
      expect(Math.abs(computed[k]! / Math.tanh(point) - 1)).toBeLessThan(1e-6);
    }
    expect(evaluate(tanh(x), [0])).toEqual([0]);
  });

  it("have an erf that is exact to 1e-6", () => {
    // Abramowitz & Stegun, table 7.1.
    const table = [
      [0, 0],
      [0.1, 0.112462916],
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [1.5, 0.9661051465],
      [2, 0.995322265],
      [-1, -0.8427007929],
      [4, 0.9999999846],
    ] as const;
    const computed = evaluate(
      erf(x),
      table.map(([point]) => point),
    );
    for (const [k, [, value]] of table.entries()) expect(Math.abs(computed[k]! - value)).toBeLessThan(1e-6);
  });

  it("take only the chosen side of a choice, whatever the other holds", () => {
    const points = [-1, 0, 4];
    expect(evaluate(select(x, "gt", 0, sqrt(x), 7), points)).toEqual([7, 7, 2]);
    expect(evaluate(select(x, "le", 0, 0, log(x)), [-1, 0, 1])).toEqual([0, 0, 0]);
    expect(evaluate(select(x, "gt", 0, 1, exp(mul(-1000, x))), [-1, 2]).at(1)).toBe(1);
  });

  it("say that a comparison with NaN is false", () => {
    const comparisons = ["lt", "le", "gt", "ge", "eq"] as const;
    for (const comparison of comparisons) {
      expect(evaluate(select(x, comparison, 0.5, 1, 2), [Number.NaN])).toEqual([2]);
      expect(evaluate(select(0.5, comparison, x, 1, 2), [Number.NaN])).toEqual([2]);
    }
  });

  it("do not lose NaN and infinity in sums that cancel", () => {
    const notFinite = select(sub(x, x), "eq", 0, 0, 2);
    expect(evaluate(notFinite, [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toEqual([
      0, 2, 2, 2,
    ]);
    expect(evaluate(select(x, "gt", 0, x, mul(0.2, x)), [Number.NaN, -1])).toEqual([Number.NaN, Math.fround(-0.2)]);
  });

  it("keep the left derivative of a kink at the kink", () => {
    expect(evaluate(select(x, "gt", 0, 1, 0.2), [-1, 0, 1])).toEqual([Math.fround(0.2), Math.fround(0.2), 1]);
    expect(evaluate(select(x, "ge", 0, 1, 0.2), [-1, 0, 1])).toEqual([Math.fround(0.2), 1, 1]);
    expect(evaluate(max(-1, min(1, x)), [-3, 0.5, 3])).toEqual([-1, 0.5, 1]);
  });
});
