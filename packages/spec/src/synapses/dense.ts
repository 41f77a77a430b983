import { defineSynapse } from "./synapse-kind.ts";

/** Every unit of the source meets every unit of the target; maps are flattened row by row. */
export const denseSynapse = defineSynapse({
  kind: "dense",
  doc: "Every unit of the source meets every unit of the target; maps are flattened row by row.",
  fields: {},
});
