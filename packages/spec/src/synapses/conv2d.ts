import { convolutionFields } from "./convolution-fields.ts";
import { defineSynapse } from "./synapse-kind.ts";

/** Predicts a smaller (or equal) map from a larger one. */
export const conv2dSynapse = defineSynapse({
  kind: "conv2d",
  doc: "A convolution: predicts a smaller or equal map from a larger one.",
  fields: convolutionFields,
});
