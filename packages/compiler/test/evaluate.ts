import type { Comparison, ScalarExpression } from "@settle/program";

/** Scalar expressions in float64, for tests: without `erf`, which no test here needs. */
export function evaluate(expression: ScalarExpression, operands: readonly number[]): number {
  const of = (e: ScalarExpression): number => evaluate(e, operands);
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "argument":
      return operands[expression.index]!;
    case "unary": {
      if (expression.primitive === "neg") return -of(expression.a);
      if (expression.primitive === "erf") throw new Error("erf is not needed here");
      return Math[expression.primitive](of(expression.a));
    }
    case "binary": {
      const [a, b] = [of(expression.a), of(expression.b)];
      return { add: a + b, sub: a - b, mul: a * b, div: a / b, min: Math.min(a, b), max: Math.max(a, b) }[
        expression.primitive
      ];
    }
    case "select": {
      const [a, b] = [of(expression.a), of(expression.b)];
      const holds: Readonly<Record<Comparison, boolean>> = {
        lt: a < b,
        le: a <= b,
        gt: a > b,
        ge: a >= b,
        eq: a === b,
      };
      return of(holds[expression.comparison] ? expression.then : expression.otherwise);
    }
    default:
      return expression satisfies never;
  }
}
