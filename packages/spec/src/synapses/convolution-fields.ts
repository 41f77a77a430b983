import { z } from "zod";
import { pair } from "../schema/fields.ts";

/** What a convolution and a deconvolution have in common. */
export const convolutionFields = {
  kernel: pair
    .describe("[height, width], one number if square; may be left out where defaults.synapse gives it.")
    .exactOptional(),
  stride: pair.describe("[height, width], one number if both are the same. Default 1.").exactOptional(),
  padding: z.enum(["same", "valid"]).describe("TensorFlow's rules. Default same.").exactOptional(),
};
