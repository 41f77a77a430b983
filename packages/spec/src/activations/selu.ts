import { exp, min, mul, select, sub } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

/** The fixed point (mean 0, variance 1) of the self-normalizing map. @source Klambauer2017 */
const scale = 1.0507009873554805;
const alpha = 1.6732632423543772;
/** exp of what is above zero could overflow on the side that is not chosen. */
const below = exp(min(x, 0));

export const seluActivation = defineActivation({
  kind: "selu",
  doc: "A scaled ELU whose constants keep mean 0 and variance 1; its derivative at 0 is the one from below.",
  fields: {},
  build: () => ({
    expression: select(x, "gt", 0, mul(scale, x), mul(scale * alpha, sub(below, 1))),
    derivative: select(x, "gt", 0, scale, mul(scale * alpha, below)),
    latex: "1.0507 \\begin{cases} x & x > 0 \\\\ 1.6733\\,(e^{x} - 1) & x \\le 0 \\end{cases}",
  }),
});
