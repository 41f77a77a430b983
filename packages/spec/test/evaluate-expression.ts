/** The value of a scalar expression, in float64 or with every intermediate result rounded to float32. */
import type { ScalarExpression } from "@settle/program";

export type Precision = "float64" | "float32";

export function evaluateExpression(expression: ScalarExpression, x: number, precision: Precision = "float64"): number {
  const round = precision === "float32" ? Math.fround : (value: number): number => value;
  const of = (node: ScalarExpression): number => {
    switch (node.kind) {
      case "constant":
        return round(node.value);
      case "argument":
        return round(x);
      case "unary":
        return round(unary[node.primitive](of(node.a)));
      case "binary":
        return round(binary[node.primitive](of(node.a), of(node.b)));
      case "select":
        return compare[node.comparison](of(node.a), of(node.b)) ? of(node.then) : of(node.otherwise);
      default:
        return node satisfies never;
    }
  };
  return of(expression);
}

const unary = {
  neg: (a: number): number => -a,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  erf: errorFunction,
};

const binary = {
  add: (a: number, b: number): number => a + b,
  sub: (a: number, b: number): number => a - b,
  mul: (a: number, b: number): number => a * b,
  div: (a: number, b: number): number => a / b,
  min: Math.min,
  max: Math.max,
};

const compare = {
  lt: (a: number, b: number): boolean => a < b,
  le: (a: number, b: number): boolean => a <= b,
  gt: (a: number, b: number): boolean => a > b,
  ge: (a: number, b: number): boolean => a >= b,
  eq: (a: number, b: number): boolean => a === b,
};

/** 2/√π ∫₀ˣ e^(−t²) dt by Simpson's rule, straight from the definition. */
function errorFunction(x: number): number {
  const end = Math.min(Math.abs(x), 7);
  const intervals = 1000;
  const width = end / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * width) ** 2));
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * (width / 3) * sum;
}
