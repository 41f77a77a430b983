/** Shapes of expressions for which backends have one fast operation. */
import type { Comparison, ScalarExpression } from "@settle/program";
import { constantValue, expressionKey, type LinearForm, linearForm } from "./linear-form.ts";

type Select = ScalarExpression & { readonly kind: "select" };

/** The two sides of a comparison of something with zero. */
interface Sides {
  readonly part: ScalarExpression;
  readonly above: ScalarExpression;
  readonly below: ScalarExpression;
  /** The side that zero itself is on. */
  readonly zero: "above" | "below";
}

/** x where x > 0, slope · x elsewhere. */
export function leakySlope(e: Select): { readonly part: ScalarExpression; readonly slope: number } | undefined {
  const sides = sidesOfZero(e);
  if (sides === undefined || !same(sides.above, sides.part)) return undefined;
  const slope = multipleOf(sides.below, sides.part);
  // NaN is on the side that is not chosen: with a slope it stays NaN, by a slope of 0 it would be lost.
  return slope === undefined || slope === 0 ? undefined : { part: sides.part, slope };
}

/** 1 where x > 0, a constant elsewhere. */
export function stepBelow(e: Select): { readonly part: ScalarExpression; readonly below: number } | undefined {
  const sides = sidesOfZero(e);
  if (sides === undefined || sides.zero !== "below" || constantValue(sides.above) !== 1) return undefined;
  const below = constantValue(sides.below);
  return below === undefined ? undefined : { part: sides.part, below };
}

/** max and min with constants. */
export function clipRange(
  e: ScalarExpression,
): { readonly part: ScalarExpression; readonly low: number; readonly high: number } | undefined {
  if (e.kind !== "binary" || (e.primitive !== "min" && e.primitive !== "max")) return undefined;
  const constant = constantValue(e.a) ?? constantValue(e.b);
  if (constant === undefined) return undefined;
  const part = constantValue(e.a) === undefined ? e.a : e.b;
  if (constantValue(part) !== undefined) return undefined;
  const inner = clipRange(part) ?? { part, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const within = (value: number): number => (e.primitive === "max" ? Math.max : Math.min)(value, constant);
  return { part: inner.part, low: within(inner.low), high: within(inner.high) };
}

/** ½ + ½ tanh(y) is the logistic function of 2y, for which there is a faster and more exact operation. */
export function sigmoidTerm({ terms, constant }: LinearForm): LinearForm {
  const index = terms.findIndex(
    ({ coefficient, factor }) =>
      factor.kind === "unary" && factor.primitive === "tanh" && coefficient !== 0 && Math.abs(coefficient) === constant,
  );
  const term = terms[index];
  if (term === undefined || term.factor.kind !== "unary") return { terms, constant };
  const { factor, coefficient } = term;
  const argument: ScalarExpression = {
    kind: "binary",
    primitive: "mul",
    a: { kind: "constant", value: 2 * Math.sign(coefficient) },
    b: factor.a,
  };
  const sigmoid = { coefficient: 2 * Math.abs(coefficient), factor: simplestScaling(argument), sigmoid: true };
  return { terms: terms.map((each, i) => (i === index ? sigmoid : each)), constant: 0 };
}

/** 2 · (½ · x) is x. */
function simplestScaling(e: ScalarExpression): ScalarExpression {
  const { terms, constant } = linearForm(e);
  const [only] = terms;
  return terms.length === 1 && only?.coefficient === 1 && constant === 0 ? only.factor : e;
}

function sidesOfZero(e: Select): Sides | undefined {
  const mirrored = constantValue(e.a) === 0;
  if (!mirrored && constantValue(e.b) !== 0) return undefined;
  const comparison = mirrored ? mirror[e.comparison] : e.comparison;
  const part = mirrored ? e.b : e.a;
  switch (comparison) {
    case "gt":
    case "ge":
      return { part, above: e.then, below: e.otherwise, zero: comparison === "gt" ? "below" : "above" };
    case "lt":
    case "le":
      return { part, above: e.otherwise, below: e.then, zero: comparison === "lt" ? "above" : "below" };
    case "eq":
      return undefined;
    default:
      return comparison satisfies never;
  }
}

const mirror: Readonly<Record<Comparison, Comparison>> = { lt: "gt", le: "ge", gt: "lt", ge: "le", eq: "eq" };

function multipleOf(e: ScalarExpression, part: ScalarExpression): number | undefined {
  if (constantValue(e) === 0) return 0;
  const { terms, constant } = linearForm(e);
  const [only] = terms;
  return terms.length === 1 && only !== undefined && constant === 0 && same(only.factor, part)
    ? only.coefficient
    : undefined;
}

function same(a: ScalarExpression, b: ScalarExpression): boolean {
  return expressionKey(a) === expressionKey(b);
}
