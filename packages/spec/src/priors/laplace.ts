import { abs, mul, sign } from "@settle/program";
import { latexNumber } from "../activations/latex-number.ts";
import { definePrior, defaultStrength, strengthField, z0 } from "./prior.ts";

export const laplacePrior = definePrior({
  kind: "laplace",
  doc: "A pull of constant size towards zero: −λ sign z. Makes activity sparse.",
  fields: strengthField,
  build: ({ strength = defaultStrength }) => ({
    expression: mul(-strength, sign(z0)),
    energy: mul(strength, abs(z0)),
    latex: `-${latexNumber(strength)} \\operatorname{sign}(z)`,
  }),
});
