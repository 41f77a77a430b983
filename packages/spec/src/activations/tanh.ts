import { mul, sub, tanh } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

const value = tanh(x);

export const tanhActivation = defineActivation({
  kind: "tanh",
  doc: "The hyperbolic tangent, between −1 and 1.",
  fields: {},
  build: () => ({ expression: value, derivative: sub(1, mul(value, value)), latex: "\\tanh(x)" }),
});
