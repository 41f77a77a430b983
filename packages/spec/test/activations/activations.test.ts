import { type ActivationSpec, activationOf } from "@settle/spec";
import { describe, expect, test } from "vitest";
import { activations } from "../../src/activations/activations.ts";
import { evaluateExpression } from "../evaluate-expression.ts";

/** Each activation by a closed form that uses none of the primitives' compositions, and its derivatives at kinks. */
const cases: readonly {
  readonly spec: ActivationSpec;
  readonly closedForm: (x: number) => number;
  readonly kinks?: readonly (readonly [x: number, fromTheLeft: number])[];
}[] = [
  { spec: "identity", closedForm: (x) => x },
  { spec: "relu", closedForm: (x) => (x > 0 ? x : 0), kinks: [[0, 0]] },
  { spec: "leaky-relu", closedForm: (x) => (x > 0 ? x : x / 5), kinks: [[0, 0.2]] },
  { spec: { kind: "leaky-relu", slope: 1.5 }, closedForm: (x) => (x > 0 ? x : x * 1.5), kinks: [[0, 1.5]] },
  { spec: "elu", closedForm: (x) => (x > 0 ? x : Math.expm1(x)) },
  { spec: { kind: "elu", alpha: 0.5 }, closedForm: (x) => (x > 0 ? x : Math.expm1(x) / 2), kinks: [[0, 0.5]] },
  {
    spec: "selu",
    closedForm: (x) => (x > 0 ? 1.0507009873554805 * x : 1.7580993408473766 * Math.expm1(x)),
    kinks: [[0, 1.7580993408473766]],
  },
  { spec: "softplus", closedForm: (x) => (x > 30 ? x + Math.exp(-x) : Math.log1p(Math.exp(x))) },
  { spec: "tanh", closedForm: (x) => 1 - 2 / (Math.exp(2 * x) + 1) },
  { spec: "sigmoid", closedForm: (x) => 1 / (1 + Math.exp(-x)) },
  {
    spec: "hard-tanh",
    closedForm: (x) => (x < -1 ? -1 : x > 1 ? 1 : x),
    kinks: [
      [-1, 0],
      [1, 1],
    ],
  },
  {
    spec: { kind: "custom", expression: "x / (1 + abs(x))", derivative: "1 / (1 + abs(x))**2" },
    closedForm: (x) => (x < 0 ? x / (1 - x) : x / (1 + x)),
  },
];

const ordinary = [-30, -8, -3.2, -1.7, -0.9, -0.31, -1e-3, 1e-3, 0.2, 0.77, 1.4, 2.9, 6, 25];
const extreme = [-1e38, -1e20, -1e4, -710, -100, -89, -1e-30, 0, 1e-30, 89, 100, 710, 1e4, 1e20, 1e38];

const label = (spec: ActivationSpec): string => JSON.stringify(spec);

describe("every activation of the list", () => {
  test("has a closed form here, but for gelu, whose values are known ones", () => {
    const tested = cases.map(({ spec }) => (typeof spec === "string" ? spec : spec.kind));
    expect(activations.map((entry) => entry.kind).filter((kind) => !tested.includes(kind))).toEqual(["gelu"]);
  });

  test.each(activations.map((entry) => entry.kind))("%s has LaTeX, a line for people and a short form", (kind) => {
    const activation = activationOf(kind);
    expect(activation).toMatchObject({ kind: "scalar", name: kind });
    expect(activation).toEqual(activationOf({ kind }));
    expect(activation.latex).toMatch(/x/);
    expect(activation.doc).toMatch(/^[A-Z].*\.$/);
  });
});

describe.each(cases.map((entry) => [label(entry.spec), entry] as const))(
  "%s",
  (_, { spec, closedForm, kinks = [] }) => {
    const { expression, derivative } = activationOf(spec);

    test.each(ordinary)("equals its closed form at %d", (x) => {
      expect(Math.abs(evaluateExpression(expression, x) - closedForm(x))).toBeLessThan(
        1e-14 * Math.max(1, Math.abs(x)),
      );
    });

    test.each(ordinary)("is as good as float32 can be at %d", (x) => {
      const value = evaluateExpression(expression, x, "float32");
      expect(Math.abs(value - closedForm(Math.fround(x)))).toBeLessThan(2.5e-7 * Math.max(1, Math.abs(x)));
    });

    test.each(ordinary)("states the derivative that finite differences give at %d", (x) => {
      const h = 1e-5 * Math.max(1, Math.abs(x));
      const slope = (closedForm(x + h) - closedForm(x - h)) / (2 * h);
      expect(derivative).toBeDefined();
      expect(Math.abs(evaluateExpression(derivative!, x) - slope)).toBeLessThan(1e-8);
    });

    test.each(extreme)("stays finite in float32 at %d, its derivative too", (x) => {
      expect(evaluateExpression(expression, x, "float32")).toSatisfy(Number.isFinite);
      expect(evaluateExpression(derivative!, x, "float32")).toSatisfy(Number.isFinite);
    });

    test.each(kinks)("has its left derivative at the kink %d", (x, fromTheLeft) => {
      expect(evaluateExpression(derivative!, x)).toBeCloseTo(fromTheLeft, 14);
    });
  },
);

describe("gelu", () => {
  const { expression, derivative } = activationOf("gelu");

  // x·Φ(x) from tables of the normal distribution.
  test.each([
    [0, 0],
    [1, 0.8413447460685429],
    [-1, -0.15865525393145707],
    [2, 1.9544997361036416],
    [-2, -0.04550026389635842],
    [0.5, 0.34573123063700656],
  ])("has its known value at %d", (x, value) => {
    expect(evaluateExpression(expression, x)).toBeCloseTo(value, 13);
  });

  test.each(ordinary)("states the derivative that finite differences give at %d", (x) => {
    const h = 1e-4;
    const slope = (evaluateExpression(expression, x + h) - evaluateExpression(expression, x - h)) / (2 * h);
    expect(evaluateExpression(derivative!, x)).toBeCloseTo(slope, 6);
  });

  test.each(extreme)("stays finite in float32 at %d, its derivative too", (x) => {
    expect(evaluateExpression(expression, x, "float32")).toSatisfy(Number.isFinite);
    expect(evaluateExpression(derivative!, x, "float32")).toSatisfy(Number.isFinite);
  });
});

describe("activationOf", () => {
  test("gives softmax as what it is, no scalar function", () => {
    expect(activationOf({ kind: "softmax" })).toMatchObject({ kind: "softmax", name: "softmax" });
    expect(activationOf("softmax").kind).toBe("softmax");
  });

  test("leaves the derivative of a custom activation to the compiler unless it is stated", () => {
    expect(activationOf({ kind: "custom", expression: "tanh(x)" })).not.toHaveProperty("derivative");
  });

  test("refuses a custom text that is no expression, with its code", () => {
    expect(() => activationOf({ kind: "custom", expression: "x +" })).toThrow(/^parse\/bad-expression: /);
  });
});
