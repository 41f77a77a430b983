import { z } from "zod";
import { skipSchema, stageSchema } from "../schema/block-schema.ts";
import { defineCompositeSynapse } from "./synapse-kind.ts";

/** Several operations as one synapse, with a pathway for its error. */
export const blockSynapse = defineCompositeSynapse({
  kind: "block",
  doc: "A stack of stages, each with weights of its own, that acts as one synapse; its error goes back through a pathway of its own.",
  fields: {
    stages: z.array(stageSchema).min(1).describe("In order, from the source to the target.").exactOptional(),
    skip: skipSchema.describe("Default none.").exactOptional(),
    credit: z
      .enum(["lra", "backprop"])
      .describe(
        "lra (default): the error passes the stages' error weights alone, around pools and activations. backprop: the " +
          "exact local gradient.",
      )
      .exactOptional(),
    poolBypass: z
      .enum(["nearest", "argmax"])
      .describe(
        "How the lra pathway passes a pool that changes the resolution. nearest (default): every error is repeated. " +
          "argmax: it goes where the pool's entry came from.",
      )
      .exactOptional(),
  },
});
