import { max, select } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

export const reluActivation = defineActivation({
  kind: "relu",
  doc: "Zero below zero, the value above; its derivative at 0 is 0.",
  fields: {},
  build: () => ({ expression: max(x, 0), derivative: select(x, "gt", 0, 1, 0), latex: "\\max(x, 0)" }),
});
