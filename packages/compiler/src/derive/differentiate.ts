/** The derivative of a scalar expression; at a kink the left one. */
import {
  abs,
  add,
  constant,
  div,
  exp,
  max,
  min,
  mul,
  neg,
  type Comparison,
  type ScalarExpression,
  select,
  sub,
} from "@settle/program";
import { simplify } from "./simplify.ts";

/**
 * d(expression)/d(argument), simplified.
 *
 * Where the pieces of `max`, `min`, `abs` or a `select` meet, the value is the limit from the left (relu′(0) = 0,
 * leaky relu′(0) = slope). A select is taken to be continuous there.
 *
 * @param argument  index of the operand to differentiate by; the others are held fixed
 */
export function differentiate(expression: ScalarExpression, argument = 0): ScalarExpression {
  return simplify(derivative(expression, argument));
}

function derivative(expression: ScalarExpression, argument: number): ScalarExpression {
  const d = (e: ScalarExpression): ScalarExpression => simplify(derivative(e, argument));
  switch (expression.kind) {
    case "constant":
      return constant(0);
    case "argument":
      return constant(expression.index === argument ? 1 : 0);
    case "unary": {
      const { a } = expression;
      const da = d(a);
      switch (expression.primitive) {
        case "neg":
          return neg(da);
        case "abs":
          // At 0 the left limit is −|a′|: the value a just left of its zero has the sign of −a′.
          return select(a, "gt", 0, da, select(a, "lt", 0, neg(da), neg(abs(da))));
        case "sign":
          return constant(0);
        case "exp":
          return mul(expression, da);
        case "log":
          return div(da, a);
        case "sqrt":
          return div(da, mul(2, expression));
        case "tanh":
          return mul(sub(1, mul(expression, expression)), da);
        case "erf":
          return mul(mul(2 / Math.sqrt(Math.PI), exp(neg(mul(a, a)))), da);
        default:
          return expression satisfies never;
      }
    }
    case "binary": {
      const { a, b } = expression;
      const da = d(a);
      const db = d(b);
      switch (expression.primitive) {
        case "add":
          return add(da, db);
        case "sub":
          return sub(da, db);
        case "mul":
          return add(mul(da, b), mul(a, db));
        case "div":
          return sub(div(da, b), div(mul(a, db), mul(b, b)));
        case "max":
          return select(a, "gt", b, da, select(a, "lt", b, db, min(da, db)));
        case "min":
          return select(a, "lt", b, da, select(a, "gt", b, db, max(da, db)));
        default:
          return expression satisfies never;
      }
    }
    case "select":
      return derivativeOfSelect(expression, d);
    default:
      return expression satisfies never;
  }
}

function derivativeOfSelect(
  expression: Extract<ScalarExpression, { kind: "select" }>,
  d: (e: ScalarExpression) => ScalarExpression,
): ScalarExpression {
  const { a, b, comparison } = expression;
  const then = d(expression.then);
  const otherwise = d(expression.otherwise);
  // Just left of a = b, a is below b where a − b grows.
  const growing = simplify(sub(d(a), d(b)));
  const leftOf = (below: ScalarExpression, above: ScalarExpression): ScalarExpression =>
    select(growing, "gt", 0, below, above);
  const strict: Readonly<Record<Comparison, () => ScalarExpression>> = {
    lt: () => select(a, "lt", b, then, select(a, "eq", b, leftOf(then, otherwise), otherwise)),
    le: () => select(a, "lt", b, then, select(a, "eq", b, leftOf(then, otherwise), otherwise)),
    gt: () => select(a, "gt", b, then, select(a, "eq", b, leftOf(otherwise, then), otherwise)),
    ge: () => select(a, "gt", b, then, select(a, "eq", b, leftOf(otherwise, then), otherwise)),
    eq: () => otherwise,
  };
  return simplify(strict[comparison]());
}
