import { constant } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

export const identityActivation = defineActivation({
  kind: "identity",
  doc: "The value itself.",
  fields: {},
  build: () => ({ expression: x, derivative: constant(1), latex: "x" }),
});
