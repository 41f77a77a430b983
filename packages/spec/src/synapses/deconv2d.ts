import { convolutionFields } from "./convolution-fields.ts";
import { defineSynapse } from "./synapse-kind.ts";

/** Predicts a larger (or equal) map from a smaller one. */
export const deconv2dSynapse = defineSynapse({
  kind: "deconv2d",
  doc: "A deconvolution, the adjoint of the convolution from its target to its source: predicts a larger or equal map.",
  fields: convolutionFields,
});
