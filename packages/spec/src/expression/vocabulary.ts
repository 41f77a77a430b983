/** The names an expression in text may use. */
import {
  abs,
  add,
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
  substitute,
  tanh,
  type Comparison,
} from "@settle/program";
import { sigmoidExpression } from "../activations/sigmoid.ts";

type Combine = (a: ScalarExpression, b: ScalarExpression) => ScalarExpression;

export const unaryFunctions: ReadonlyMap<string, (a: ScalarExpression) => ScalarExpression> = new Map([
  ["exp", exp],
  ["log", log],
  ["tanh", tanh],
  ["sqrt", sqrt],
  ["abs", abs],
  ["sign", sign],
  ["erf", erf],
  ["sigmoid", (a: ScalarExpression) => substitute(sigmoidExpression, [a])],
]);

/** Of two arguments or more. */
export const foldingFunctions: ReadonlyMap<string, Combine> = new Map([
  ["max", max],
  ["min", min],
]);

export const functionNames: readonly string[] = [...foldingFunctions.keys(), ...unaryFunctions.keys()];

export const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);

export const arithmetic: ReadonlyMap<string, Combine> = new Map([
  ["+", add],
  ["-", sub],
  ["*", mul],
  ["/", div],
]);

type Choose = (
  a: ScalarExpression,
  b: ScalarExpression,
  then: ScalarExpression,
  otherwise: ScalarExpression,
) => ScalarExpression;

const choose =
  (comparison: Comparison): Choose =>
  (a, b, then, otherwise) =>
    select(a, comparison, b, then, otherwise);
const chooseNot =
  (comparison: Comparison): Choose =>
  (a, b, then, otherwise) =>
    select(a, comparison, b, otherwise, then);

export const comparisons: ReadonlyMap<string, Choose> = new Map([
  ["<", choose("lt")],
  ["<=", choose("le")],
  [">", choose("gt")],
  [">=", choose("ge")],
  ["==", choose("eq")],
  ["===", choose("eq")],
  ["!=", chooseNot("eq")],
  ["!==", chooseNot("eq")],
]);

/** a to a whole power, by repeated squaring; a negative power is one over the positive one. */
export function power(base: ScalarExpression, exponent: number): ScalarExpression {
  if (exponent < 0) return div(1, power(base, -exponent));
  if (exponent === 0) return { kind: "constant", value: 1 };
  if (exponent === 1) return base;
  const half = power(base, Math.floor(exponent / 2));
  const square = mul(half, half);
  return exponent % 2 === 0 ? square : mul(square, base);
}

export const negate = neg;
