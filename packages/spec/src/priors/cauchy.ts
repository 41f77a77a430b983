import { add, div, log, mul } from "@settle/program";
import { latexNumber } from "../activations/latex-number.ts";
import { definePrior, defaultStrength, strengthField, z0 } from "./prior.ts";

const onePlusSquare = add(1, mul(z0, z0));

export const cauchyPrior = definePrior({
  kind: "cauchy",
  doc: "A pull that is strongest at ±1 and leaves large activity alone: −2λz/(1 + z²).",
  fields: strengthField,
  build: ({ strength = defaultStrength }) => ({
    expression: div(mul(-2 * strength, z0), onePlusSquare),
    energy: mul(strength, log(onePlusSquare)),
    latex: `-\\frac{${latexNumber(2 * strength)}\\,z}{1 + z^{2}}`,
  }),
});
