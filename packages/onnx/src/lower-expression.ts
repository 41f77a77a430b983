/** Scalar expressions as ONNX nodes, entry by entry. */
import type { BinaryPrimitive, Comparison, ScalarExpression, UnaryPrimitive } from "@settle/program";
import type { GraphBuilder } from "./graph-builder.ts";

const unary: Readonly<Record<UnaryPrimitive, string>> = {
  neg: "Neg",
  abs: "Abs",
  sign: "Sign",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  tanh: "Tanh",
  erf: "Erf",
};
const binary: Readonly<Record<BinaryPrimitive, string>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  min: "Min",
  max: "Max",
};
const comparisons: Readonly<Record<Comparison, string>> = {
  lt: "Less",
  le: "LessOrEqual",
  gt: "Greater",
  ge: "GreaterOrEqual",
  eq: "Equal",
};

/** @param operands  names of the values of the expression's arguments, which broadcast */
export function lowerExpression(
  builder: GraphBuilder,
  expression: ScalarExpression,
  operands: readonly string[],
): string {
  const known = new Map<string, string>();
  const lower = (e: ScalarExpression): string => {
    // A derivative often holds its function: equal parts are computed once.
    const key = JSON.stringify(e);
    const name = known.get(key) ?? write(e);
    known.set(key, name);
    return name;
  };
  const write = (e: ScalarExpression): string => {
    switch (e.kind) {
      case "constant":
        return builder.numbers([e.value]);
      case "argument": {
        const operand = operands[e.index];
        if (operand === undefined) throw new Error(`onnx fault: argument ${e.index} has no operand`);
        return operand;
      }
      case "unary":
        return builder.add(unary[e.primitive], [lower(e.a)]);
      case "binary":
        return builder.add(binary[e.primitive], [lower(e.a), lower(e.b)]);
      case "select": {
        const condition = builder.add(comparisons[e.comparison], [lower(e.a), lower(e.b)]);
        return builder.add("Where", [condition, lower(e.then), lower(e.otherwise)]);
      }
      default:
        return e satisfies never;
    }
  };
  return lower(expression);
}
