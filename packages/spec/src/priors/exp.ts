import { exp, mul, neg } from "@settle/program";
import { latexNumber } from "../activations/latex-number.ts";
import { definePrior, defaultStrength, strengthField, z0 } from "./prior.ts";

const bell = exp(neg(mul(z0, z0)));

export const expPrior = definePrior({
  kind: "exp",
  doc: "A pull on small activity only: −2λz e^(−z²).",
  fields: strengthField,
  build: ({ strength = defaultStrength }) => ({
    expression: mul(mul(-2 * strength, z0), bell),
    energy: mul(-strength, bell),
    latex: `-${latexNumber(2 * strength)}\\,z\\,e^{-z^{2}}`,
  }),
});
