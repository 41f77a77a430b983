/** Scalar expressions on four lanes at a time. */
import type { Comparison, ScalarExpression, UnaryPrimitive } from "@settle/program";

import { splat } from "./wat-function.ts";

/**
 * The folded text of an expression of type v128.
 *
 * @param argument  text that gives the value of argument i; it may be used more than once
 */
export function emitExpression(expression: ScalarExpression, argument: (index: number) => string): string {
  const emit = (each: ScalarExpression): string => emitExpression(each, argument);
  switch (expression.kind) {
    case "constant":
      return splat(expression.value);
    case "argument":
      return argument(expression.index);
    case "unary":
      return emitUnary(expression.primitive, emit(expression.a));
    case "binary":
      return `(f32x4.${expression.primitive} ${emit(expression.a)} ${emit(expression.b)})`;
    case "select": {
      const condition = `(f32x4.${comparisons[expression.comparison]} ${emit(expression.a)} ${emit(expression.b)})`;
      return `(v128.bitselect ${emit(expression.then)} ${emit(expression.otherwise)} ${condition})`;
    }
    default:
      return expression satisfies never;
  }
}

/** A comparison with NaN is false in WebAssembly too. */
const comparisons: Readonly<Record<Comparison, string>> = { lt: "lt", le: "le", gt: "gt", ge: "ge", eq: "eq" };

function emitUnary(primitive: UnaryPrimitive, a: string): string {
  switch (primitive) {
    case "neg":
    case "abs":
    case "sqrt":
      return `(f32x4.${primitive} ${a})`;
    case "sign":
    case "exp":
    case "log":
    case "tanh":
    case "erf":
      return `(call $${primitive} ${a})`;
    default:
      return primitive satisfies never;
  }
}
