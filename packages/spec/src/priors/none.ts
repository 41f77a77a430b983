import { constant } from "@settle/program";
import { definePrior } from "./prior.ts";

export const nonePrior = definePrior({
  kind: "none",
  doc: "No force.",
  fields: {},
  build: () => ({ expression: constant(0), energy: constant(0), latex: "0" }),
});
