import { mul, select } from "@settle/program";
import { finite } from "../schema/fields.ts";
import { defineActivation, x } from "./activation.ts";
import { latexNumber } from "./latex-number.ts";

export const leakyReluActivation = defineActivation({
  kind: "leaky-relu",
  doc: "The value above zero, a fraction of it below; its derivative at 0 is the slope.",
  fields: { slope: finite.describe("Slope below zero. Default 0.2.").exactOptional() },
  build: ({ slope = 0.2 }) => ({
    expression: select(x, "gt", 0, x, mul(slope, x)),
    derivative: select(x, "gt", 0, 1, slope),
    latex: `\\begin{cases} x & x > 0 \\\\ ${latexNumber(slope)}\\,x & x \\le 0 \\end{cases}`,
  }),
});
