/** A scalar expression as a weighted sum: fewer passes over memory than operation by operation. */
import type { ScalarExpression } from "@settle/program";

export interface Term {
  readonly coefficient: number;
  /** No sum, and no product with a constant. */
  readonly factor: ScalarExpression;
  /** The term is the logistic function of the factor. */
  readonly sigmoid?: boolean;
}

export interface LinearForm {
  readonly terms: readonly Term[];
  readonly constant: number;
}

/** Multiplies out constants and adds equal terms together: z + 0.1·(f − e) − 0.001·z is 0.999·z + 0.1·f − 0.1·e. */
export function linearForm(expression: ScalarExpression): LinearForm {
  const terms = new Map<string, Term>();
  let constant = 0;
  const collect = (e: ScalarExpression, scale: number): void => {
    const scaled = scaledPart(e);
    if (e.kind === "constant") constant += scale * e.value;
    else if (e.kind === "binary" && (e.primitive === "add" || e.primitive === "sub")) {
      collect(e.a, scale);
      collect(e.b, e.primitive === "add" ? scale : -scale);
    } else if (scaled !== undefined) collect(scaled.part, scale * scaled.by);
    else {
      const key = expressionKey(e);
      terms.set(key, { coefficient: (terms.get(key)?.coefficient ?? 0) + scale, factor: e });
    }
  };
  collect(expression, 1);
  return { terms: [...terms.values()], constant };
}

function scaledPart(e: ScalarExpression): { readonly part: ScalarExpression; readonly by: number } | undefined {
  if (e.kind === "unary") return e.primitive === "neg" ? { part: e.a, by: -1 } : undefined;
  if (e.kind !== "binary") return undefined;
  const { a, b } = { a: constantValue(e.a), b: constantValue(e.b) };
  if (e.primitive === "mul" && a !== undefined) return { part: e.b, by: a };
  if (e.primitive === "mul" && b !== undefined) return { part: e.a, by: b };
  if (e.primitive === "div" && b !== undefined && b !== 0) return { part: e.a, by: 1 / b };
  return undefined;
}

export function constantValue(e: ScalarExpression): number | undefined {
  return e.kind === "constant" ? e.value : undefined;
}

/** Equal keys, equal expressions. */
export function expressionKey(e: ScalarExpression): string {
  switch (e.kind) {
    case "constant":
      return Object.is(e.value, -0) ? "-0" : String(e.value);
    case "argument":
      return `#${e.index}`;
    case "unary":
      return `${e.primitive}(${expressionKey(e.a)})`;
    case "binary":
      return `${e.primitive}(${expressionKey(e.a)},${expressionKey(e.b)})`;
    case "select":
      return `${e.comparison}(${[e.a, e.b, e.then, e.otherwise].map(expressionKey).join(",")})`;
    default:
      return e satisfies never;
  }
}
