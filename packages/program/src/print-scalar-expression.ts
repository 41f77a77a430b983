/** Scalar expressions as people read them: one line of text, or LaTeX. */
import type { Comparison, ScalarExpression } from "./scalar-expression.ts";

const symbols: Readonly<Record<Comparison, { readonly text: string; readonly latex: string }>> = {
  lt: { text: "<", latex: "<" },
  le: { text: "<=", latex: "\\le" },
  gt: { text: ">", latex: ">" },
  ge: { text: ">=", latex: "\\ge" },
  eq: { text: "==", latex: "=" },
};

/** How tightly each construct binds: a child that binds less than its place asks for gets parentheses. */
const binding = { select: 0, sum: 1, product: 2, sign: 3, atom: 4 } as const;

interface Piece {
  readonly text: string;
  readonly binds: number;
}

/** `max(x, 0.2*x)` with `names = ["x"]`. The text is in the syntax of custom activations. */
export function printScalarExpression(expression: ScalarExpression, names: readonly string[]): string {
  return textOf(expression, names).text;
}

/** LaTeX, with `names[i]` in the place of argument i. */
export function printScalarExpressionLatex(expression: ScalarExpression, names: readonly string[]): string {
  return latexOf(expression, names).text;
}

/** Shortest decimal that reads back as the same number. */
export function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

const inside = (piece: Piece, least: number): string => (piece.binds < least ? `(${piece.text})` : piece.text);

function textOf(expression: ScalarExpression, names: readonly string[]): Piece {
  const of = (e: ScalarExpression): Piece => textOf(e, names);
  switch (expression.kind) {
    case "constant":
      return { text: printNumber(expression.value), binds: expression.value < 0 ? binding.sign : binding.atom };
    case "argument":
      return { text: names[expression.index] ?? `a${expression.index}`, binds: binding.atom };
    case "unary":
      if (expression.primitive === "neg") {
        return { text: `-${inside(of(expression.a), binding.sign)}`, binds: binding.sign };
      }
      return { text: `${expression.primitive}(${of(expression.a).text})`, binds: binding.atom };
    case "binary": {
      const a = of(expression.a);
      const b = of(expression.b);
      switch (expression.primitive) {
        case "add":
          return { text: `${inside(a, binding.sum)} + ${inside(b, binding.product)}`, binds: binding.sum };
        case "sub":
          return { text: `${inside(a, binding.sum)} - ${inside(b, binding.product)}`, binds: binding.sum };
        case "mul":
          return { text: `${inside(a, binding.product)}*${inside(b, binding.sign)}`, binds: binding.product };
        case "div":
          return { text: `${inside(a, binding.product)}/${inside(b, binding.atom)}`, binds: binding.product };
        case "min":
        case "max":
          return { text: `${expression.primitive}(${a.text}, ${b.text})`, binds: binding.atom };
        default:
          return expression satisfies never;
      }
    }
    case "select": {
      const condition = `${inside(of(expression.a), binding.sum)} ${symbols[expression.comparison].text} ${inside(of(expression.b), binding.sum)}`;
      const then = inside(of(expression.then), binding.sum);
      return { text: `${condition} ? ${then} : ${of(expression.otherwise).text}`, binds: binding.select };
    }
    default:
      return expression satisfies never;
  }
}

function latexOf(expression: ScalarExpression, names: readonly string[]): Piece {
  const of = (e: ScalarExpression): Piece => latexOf(e, names);
  const grouped = (piece: Piece, least: number): string =>
    piece.binds < least ? `\\left(${piece.text}\\right)` : piece.text;
  switch (expression.kind) {
    case "constant":
      return { text: printNumber(expression.value), binds: expression.value < 0 ? binding.sign : binding.atom };
    case "argument":
      return { text: names[expression.index] ?? `a_{${expression.index}}`, binds: binding.atom };
    case "unary": {
      const a = of(expression.a);
      switch (expression.primitive) {
        case "neg":
          return { text: `-${grouped(a, binding.sign)}`, binds: binding.sign };
        case "abs":
          return { text: `\\left|${a.text}\\right|`, binds: binding.atom };
        case "sqrt":
          return { text: `\\sqrt{${a.text}}`, binds: binding.atom };
        case "exp":
          return { text: `e^{${a.text}}`, binds: binding.atom };
        case "log":
          return { text: `\\ln\\left(${a.text}\\right)`, binds: binding.atom };
        case "tanh":
          return { text: `\\tanh\\left(${a.text}\\right)`, binds: binding.atom };
        case "sign":
        case "erf":
          return { text: `\\operatorname{${expression.primitive}}\\left(${a.text}\\right)`, binds: binding.atom };
        default:
          return expression satisfies never;
      }
    }
    case "binary": {
      const a = of(expression.a);
      const b = of(expression.b);
      switch (expression.primitive) {
        case "add":
          return { text: `${grouped(a, binding.sum)} + ${grouped(b, binding.product)}`, binds: binding.sum };
        case "sub":
          return { text: `${grouped(a, binding.sum)} - ${grouped(b, binding.product)}`, binds: binding.sum };
        case "mul":
          return { text: `${grouped(a, binding.product)} \\cdot ${grouped(b, binding.sign)}`, binds: binding.product };
        case "div":
          return { text: `\\frac{${a.text}}{${b.text}}`, binds: binding.atom };
        case "min":
        case "max":
          return { text: `\\${expression.primitive}\\left(${a.text}, ${b.text}\\right)`, binds: binding.atom };
        default:
          return expression satisfies never;
      }
    }
    case "select": {
      const condition = `${of(expression.a).text} ${symbols[expression.comparison].latex} ${of(expression.b).text}`;
      return {
        text: `\\begin{cases}${of(expression.then).text} & ${condition}\\\\${of(expression.otherwise).text} & \\text{otherwise}\\end{cases}`,
        binds: binding.atom,
      };
    }
    default:
      return expression satisfies never;
  }
}
