/** Scalar expressions as functions of their operands. */
import type { BinaryPrimitive, Comparison, ScalarExpression, UnaryPrimitive } from "@settle/program";

import { erf } from "./erf.ts";

/** Takes one number per argument of the expression. */
export type ScalarFunction = (operands: Float64Array) => number;

/**
 * Builds the function an expression stands for. `select` evaluates the chosen side only, so a NaN or an infinity on the
 * other cannot leak.
 */
export function scalarFunction(expression: ScalarExpression): ScalarFunction {
  switch (expression.kind) {
    case "constant": {
      const { value } = expression;
      return () => value;
    }
    case "argument": {
      const { index } = expression;
      return (operands) => operands[index] as number;
    }
    case "unary": {
      const apply = unaryPrimitives[expression.primitive];
      const a = scalarFunction(expression.a);
      return (operands) => apply(a(operands));
    }
    case "binary": {
      const apply = binaryPrimitives[expression.primitive];
      const a = scalarFunction(expression.a);
      const b = scalarFunction(expression.b);
      return (operands) => apply(a(operands), b(operands));
    }
    case "select": {
      const holds = comparisons[expression.comparison];
      const a = scalarFunction(expression.a);
      const b = scalarFunction(expression.b);
      const then = scalarFunction(expression.then);
      const otherwise = scalarFunction(expression.otherwise);
      return (operands) => (holds(a(operands), b(operands)) ? then(operands) : otherwise(operands));
    }
    default:
      return expression satisfies never;
  }
}

const unaryPrimitives: Readonly<Record<UnaryPrimitive, (a: number) => number>> = {
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  erf,
};

const binaryPrimitives: Readonly<Record<BinaryPrimitive, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
};

const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
};
