import { abs, add, exp, log, max, neg } from "@settle/program";
import { defineActivation, x } from "./activation.ts";
import { sigmoidExpression } from "./sigmoid.ts";

export const softplusActivation = defineActivation({
  kind: "softplus",
  doc: "A smooth ReLU: log(1 + e^x), written so that it cannot overflow.",
  fields: {},
  build: () => ({
    expression: add(max(x, 0), log(add(1, exp(neg(abs(x)))))),
    derivative: sigmoidExpression,
    latex: "\\log(1 + e^{x})",
  }),
});
