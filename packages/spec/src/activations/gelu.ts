import { add, div, erf, exp, mul, neg } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

/** Φ, the normal distribution function. */
const cumulative = mul(0.5, add(1, erf(mul(Math.SQRT1_2, x))));
const density = div(exp(neg(mul(0.5, mul(x, x)))), Math.sqrt(2 * Math.PI));

/** @source Hendrycks2016 */
export const geluActivation = defineActivation({
  kind: "gelu",
  doc: "The value times the normal distribution function of it (the exact form, with erf).",
  fields: {},
  build: () => ({
    expression: mul(x, cumulative),
    derivative: add(cumulative, mul(x, density)),
    latex: "\\tfrac{x}{2}\\left(1 + \\operatorname{erf}\\tfrac{x}{\\sqrt 2}\\right)",
  }),
});
