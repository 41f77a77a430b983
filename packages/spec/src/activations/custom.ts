import { printScalarExpressionLatex } from "@settle/program";
import { z } from "zod";
import { readExpression } from "../expression/read-expression.ts";
import { defineActivation } from "./activation.ts";

const text = z.string().min(1);

export const customActivation = defineActivation({
  kind: "custom",
  doc: "A function of x written as text.",
  fields: {
    expression: text.describe('In x: "max(x, 0.2*x)".'),
    derivative: text.describe("In x; derived from the expression if left out.").exactOptional(),
  },
  build: ({ expression, derivative }) => {
    const value = readExpression(expression);
    return {
      expression: value,
      ...(derivative !== undefined && { derivative: readExpression(derivative) }),
      latex: printScalarExpressionLatex(value, ["x"]),
    };
  },
});
