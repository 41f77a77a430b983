/** Removes what does not change a scalar expression's value: constant parts, zeros added, ones multiplied. */
import {
  add,
  type BinaryPrimitive,
  type Comparison,
  constant,
  div,
  max,
  min,
  mul,
  neg,
  type ScalarExpression,
  sub,
  type UnaryPrimitive,
} from "@settle/program";

const isConstant = (e: ScalarExpression): e is Extract<ScalarExpression, { kind: "constant" }> => e.kind === "constant";
const isNumber = (e: ScalarExpression, value: number): boolean => e.kind === "constant" && e.value === value;

/** An equal expression for all finite arguments. */
export function simplify(expression: ScalarExpression): ScalarExpression {
  switch (expression.kind) {
    case "constant":
    case "argument":
      return expression;
    case "unary": {
      const a = simplify(expression.a);
      if (isConstant(a)) {
        const folded = foldUnary(expression.primitive, a.value);
        if (folded !== undefined) return constant(folded);
      }
      if (expression.primitive === "neg" && a.kind === "unary" && a.primitive === "neg") return a.a;
      return { ...expression, a };
    }
    case "binary":
      return simplifyBinary(expression.primitive, simplify(expression.a), simplify(expression.b));
    case "select": {
      const a = simplify(expression.a);
      const b = simplify(expression.b);
      const then = simplify(expression.then);
      const otherwise = simplify(expression.otherwise);
      if (isConstant(a) && isConstant(b)) return holds(a.value, expression.comparison, b.value) ? then : otherwise;
      if (sameExpression(then, otherwise)) return then;
      return { ...expression, a, b, then, otherwise };
    }
    default:
      return expression satisfies never;
  }
}

const sameExpression = (a: ScalarExpression, b: ScalarExpression): boolean => JSON.stringify(a) === JSON.stringify(b);

function simplifyBinary(primitive: BinaryPrimitive, a: ScalarExpression, b: ScalarExpression): ScalarExpression {
  if (isConstant(a) && isConstant(b)) return constant(foldBinary(primitive, a.value, b.value));
  switch (primitive) {
    case "add":
      if (isNumber(a, 0)) return b;
      if (isNumber(b, 0)) return a;
      if (b.kind === "unary" && b.primitive === "neg") return sub(a, b.a);
      return add(a, b);
    case "sub":
      if (isNumber(b, 0)) return a;
      if (isNumber(a, 0)) return simplify(neg(b));
      if (b.kind === "unary" && b.primitive === "neg") return add(a, b.a);
      return sub(a, b);
    case "mul":
      if (isNumber(a, 0) || isNumber(b, 0)) return constant(0);
      if (isNumber(a, 1)) return b;
      if (isNumber(b, 1)) return a;
      if (isNumber(a, -1)) return simplify(neg(b));
      if (isNumber(b, -1)) return simplify(neg(a));
      // Constants gather at the front: 2·(3·x) is 6·x.
      if (isConstant(b)) return simplifyBinary("mul", b, a);
      if (isConstant(a) && b.kind === "binary" && b.primitive === "mul" && isConstant(b.a)) {
        return simplifyBinary("mul", constant(a.value * b.a.value), b.b);
      }
      return mul(a, b);
    case "div":
      if (isNumber(a, 0)) return constant(0);
      if (isNumber(b, 1)) return a;
      return div(a, b);
    case "min":
      return sameExpression(a, b) ? a : min(a, b);
    case "max":
      return sameExpression(a, b) ? a : max(a, b);
    default:
      return primitive satisfies never;
  }
}

function foldUnary(primitive: UnaryPrimitive, a: number): number | undefined {
  switch (primitive) {
    case "neg":
      return -a;
    case "abs":
      return Math.abs(a);
    case "sign":
      return Math.sign(a);
    case "exp":
      return Math.exp(a);
    case "log":
      return Math.log(a);
    case "sqrt":
      return Math.sqrt(a);
    case "tanh":
      return Math.tanh(a);
    case "erf":
      return a === 0 ? 0 : undefined;
    default:
      return primitive satisfies never;
  }
}

function foldBinary(primitive: BinaryPrimitive, a: number, b: number): number {
  switch (primitive) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
    default:
      return primitive satisfies never;
  }
}

function holds(a: number, comparison: Comparison, b: number): boolean {
  switch (comparison) {
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    case "eq":
      return a === b;
    default:
      return comparison satisfies never;
  }
}
