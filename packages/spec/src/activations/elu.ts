import { exp, min, mul, select, sub } from "@settle/program";
import { finite } from "../schema/fields.ts";
import { defineActivation, x } from "./activation.ts";
import { latexNumber } from "./latex-number.ts";

/** exp of what is above zero could overflow on the side that is not chosen. */
const below = exp(min(x, 0));

/** @source Clevert2016 */
export const eluActivation = defineActivation({
  kind: "elu",
  doc: "The value above zero, an exponential that levels off at −α below.",
  fields: { alpha: finite.describe("α, the depth it levels off at. Default 1.").exactOptional() },
  build: ({ alpha = 1 }) => ({
    expression: select(x, "gt", 0, x, mul(alpha, sub(below, 1))),
    derivative: select(x, "gt", 0, 1, mul(alpha, below)),
    latex: `\\begin{cases} x & x > 0 \\\\ ${latexNumber(alpha)}\\,(e^{x} - 1) & x \\le 0 \\end{cases}`,
  }),
});
