/**
 * Scalar expressions: what activations, priors, energies and step rules are written in.
 *
 * A `map` instruction applies one to its operands, entry by entry. Every engine implements these primitives and nothing
 * else, so an activation is never coded twice.
 */

export type UnaryPrimitive = "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "tanh" | "erf";
export type BinaryPrimitive = "add" | "sub" | "mul" | "div" | "min" | "max";
export type Comparison = "lt" | "le" | "gt" | "ge" | "eq";

export type ScalarExpression =
  | { readonly kind: "constant"; readonly value: number }
  /** The `index`-th operand of the map. */
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "unary"; readonly primitive: UnaryPrimitive; readonly a: ScalarExpression }
  | {
      readonly kind: "binary";
      readonly primitive: BinaryPrimitive;
      readonly a: ScalarExpression;
      readonly b: ScalarExpression;
    }
  /**
   * `then` where the comparison holds, else `otherwise`. A comparison with NaN is false. Only the chosen side counts: a
   * NaN or an infinity on the other side must not leak.
   */
  | {
      readonly kind: "select";
      readonly comparison: Comparison;
      readonly a: ScalarExpression;
      readonly b: ScalarExpression;
      readonly then: ScalarExpression;
      readonly otherwise: ScalarExpression;
    };

export const constant = (value: number): ScalarExpression => ({ kind: "constant", value });
export const argument = (index: number): ScalarExpression => ({ kind: "argument", index });

const unary =
  (primitive: UnaryPrimitive) =>
  (a: Operand): ScalarExpression => ({ kind: "unary", primitive, a: operand(a) });
const binary =
  (primitive: BinaryPrimitive) =>
  (a: Operand, b: Operand): ScalarExpression => ({ kind: "binary", primitive, a: operand(a), b: operand(b) });

/** Where an operand is asked for, a bare number stands for the constant. */
export type Operand = ScalarExpression | number;
const operand = (x: Operand): ScalarExpression => (typeof x === "number" ? constant(x) : x);

export const neg = unary("neg");
export const abs = unary("abs");
/** −1, 0 or 1. */
export const sign = unary("sign");
export const exp = unary("exp");
/** Natural logarithm. */
export const log = unary("log");
export const sqrt = unary("sqrt");
export const tanh = unary("tanh");
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = unary("erf");
export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
export const min = binary("min");
export const max = binary("max");

export function select(
  a: Operand,
  comparison: Comparison,
  b: Operand,
  then: Operand,
  otherwise: Operand,
): ScalarExpression {
  return {
    kind: "select",
    comparison,
    a: operand(a),
    b: operand(b),
    then: operand(then),
    otherwise: operand(otherwise),
  };
}

/** The operands an expression reads: one more than its largest argument index. */
export function arity(expression: ScalarExpression): number {
  switch (expression.kind) {
    case "constant":
      return 0;
    case "argument":
      return expression.index + 1;
    case "unary":
      return arity(expression.a);
    case "binary":
      return Math.max(arity(expression.a), arity(expression.b));
    case "select":
      return Math.max(arity(expression.a), arity(expression.b), arity(expression.then), arity(expression.otherwise));
    default:
      return expression satisfies never;
  }
}

/** Puts `replacements[i]` in the place of argument i. */
export function substitute(expression: ScalarExpression, replacements: readonly ScalarExpression[]): ScalarExpression {
  if (expression.kind !== "argument") return withParts(expression, (part) => substitute(part, replacements));
  const replacement = replacements[expression.index];
  if (replacement === undefined) throw new Error(`no replacement for argument ${expression.index}`);
  return replacement;
}

/** The same operation on changed parts; what has no parts stays as it is. */
export function withParts(
  expression: ScalarExpression,
  change: (part: ScalarExpression) => ScalarExpression,
): ScalarExpression {
  switch (expression.kind) {
    case "constant":
    case "argument":
      return expression;
    case "unary":
      return { ...expression, a: change(expression.a) };
    case "binary":
      return { ...expression, a: change(expression.a), b: change(expression.b) };
    case "select":
      return {
        ...expression,
        a: change(expression.a),
        b: change(expression.b),
        then: change(expression.then),
        otherwise: change(expression.otherwise),
      };
    default:
      return expression satisfies never;
  }
}
