/** Scalar expressions as C over vectors. */
import type { BinaryPrimitive, Comparison, ScalarExpression, UnaryPrimitive } from "@settle/program";
import { floatLiteral } from "./c-text.ts";

const infix: Partial<Record<BinaryPrimitive, string>> = { add: "+", sub: "-", mul: "*", div: "/" };
const functions: Record<
  Exclude<BinaryPrimitive, "add" | "sub" | "mul" | "div"> | Exclude<UnaryPrimitive, "neg">,
  string
> = {
  min: "vec_min",
  max: "vec_max",
  abs: "vec_abs",
  sign: "vec_sign",
  exp: "vec_exp",
  log: "vec_log",
  sqrt: "vec_sqrt",
  tanh: "vec_tanh",
  erf: "vec_erf",
};
const comparisons: Record<Comparison, string> = { lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==" };

/** @param names  the C variable (of type `vec`) of each argument */
export function emitExpression(expression: ScalarExpression, names: readonly string[]): string {
  const of = (part: ScalarExpression): string => emitExpression(part, names);
  switch (expression.kind) {
    case "constant":
      return `num(${floatLiteral(expression.value)})`;
    case "argument": {
      const name = names[expression.index];
      if (name === undefined) throw new Error(`native emitter fault: no argument ${expression.index}`);
      return name;
    }
    case "unary":
      return expression.primitive === "neg"
        ? `(-${of(expression.a)})`
        : `${functions[expression.primitive]}(${of(expression.a)})`;
    case "binary": {
      const { primitive, a, b } = expression;
      switch (primitive) {
        case "add":
        case "sub":
        case "mul":
        case "div":
          return `(${of(a)} ${infix[primitive]} ${of(b)})`;
        case "min":
        case "max":
          return `${functions[primitive]}(${of(a)}, ${of(b)})`;
        default:
          return primitive satisfies never;
      }
    }
    case "select": {
      const { comparison, a, b, then, otherwise } = expression;
      return `vec_select(${of(a)} ${comparisons[comparison]} ${of(b)}, ${of(then)}, ${of(otherwise)})`;
    }
    default:
      return expression satisfies never;
  }
}
