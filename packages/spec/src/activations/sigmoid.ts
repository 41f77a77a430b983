import { add, mul, sub, tanh } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

/** tanh never overflows, and its derivative stays finite whoever differentiates it; 1/(1 + e⁻ˣ) has neither. */
const half = tanh(mul(0.5, x));

/** 1/(1 + e⁻ˣ), in x. */
export const sigmoidExpression = add(0.5, mul(0.5, half));

export const sigmoidActivation = defineActivation({
  kind: "sigmoid",
  doc: "The logistic function, between 0 and 1.",
  fields: {},
  build: () => ({
    expression: sigmoidExpression,
    derivative: mul(0.25, sub(1, mul(half, half))),
    latex: "\\frac{1}{1 + e^{-x}}",
  }),
});
