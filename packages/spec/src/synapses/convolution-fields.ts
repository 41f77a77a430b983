import { z } from "zod";
import { count, pair } from "../schema/fields.ts";

/** What a convolution and a deconvolution have in common. */
export const convolutionFields = {
  kernel: pair
    .describe("[height, width], one number if square; may be left out where defaults.synapse gives it.")
    .exactOptional(),
  stride: pair
    .describe("[height, width], one number if both are the same. Default 1; of a pool its size.")
    .exactOptional(),
  padding: z.enum(["same", "valid"]).describe("TensorFlow's rules. Default same.").exactOptional(),
  groups: count
    .describe("Channels meet only inside their group; as many groups as channels is depthwise. Default 1.")
    .exactOptional(),
  local: z
    .boolean()
    .describe("Filters of each position's own (of the smaller map): locally connected. Default false.")
    .exactOptional(),
};
