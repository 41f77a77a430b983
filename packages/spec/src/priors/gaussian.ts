import { mul } from "@settle/program";
import { latexNumber } from "../activations/latex-number.ts";
import { definePrior, defaultStrength, strengthField, z0 } from "./prior.ts";

export const gaussianPrior = definePrior({
  kind: "gaussian",
  doc: "A pull in proportion to the activity: −2λz.",
  fields: strengthField,
  build: ({ strength = defaultStrength }) => ({
    expression: mul(-2 * strength, z0),
    energy: mul(strength, mul(z0, z0)),
    latex: `-${latexNumber(2 * strength)}\\,z`,
  }),
});
