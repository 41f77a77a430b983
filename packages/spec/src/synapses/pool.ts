import { z } from "zod";
import { pair } from "../schema/fields.ts";
import { convolutionFields } from "./convolution-fields.ts";
import { defineFixedSynapse } from "./synapse-kind.ts";

/** Predicts a smaller map, channel by channel, from windows of a larger one. No weights. */
export const poolSynapse = defineFixedSynapse({
  kind: "pool",
  doc: "Pools, channel by channel: predicts the mean or the largest entry of each window. Has no weights.",
  fields: {
    operation: z.enum(["average", "max"]).describe("Mean or largest entry. Default average.").exactOptional(),
    size: pair.describe("[height, width] of a window, one number if square.").exactOptional(),
    stride: convolutionFields.stride,
    padding: convolutionFields.padding,
  },
});
