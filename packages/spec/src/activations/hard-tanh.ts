import { max, min, select } from "@settle/program";
import { defineActivation, x } from "./activation.ts";

export const hardTanhActivation = defineActivation({
  kind: "hard-tanh",
  doc: "The value, cut off at −1 and 1; its derivative is 0 at −1 and 1 at 1, the ones from the left.",
  fields: {},
  build: () => ({
    expression: max(-1, min(1, x)),
    derivative: select(x, "gt", -1, select(x, "le", 1, 1, 0), 0),
    latex: "\\max(-1, \\min(1, x))",
  }),
});
