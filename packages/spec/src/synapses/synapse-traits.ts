import { z } from "zod";
import { constraintSchema } from "../schema/constraint-schema.ts";
import { feedbackSchema } from "../schema/feedback-schema.ts";
import { finite } from "../schema/fields.ts";
import { lawSchema } from "../schema/law-schema.ts";

/** What every kind of synapse may say. */
export const synapseTraits = {
  coefficient: finite.describe("Scales prediction, feedback and ΔW alike. Default 1.").exactOptional(),
  feedback: feedbackSchema.describe("How the error comes back to the source. Default tied.").exactOptional(),
  initial: lawSchema.describe("How the weights are drawn. Default N(0, 0.1).").exactOptional(),
  learn: z
    .union([
      z.boolean(),
      z.strictObject({
        constraint: constraintSchema.describe("In place of learn.constraint.").exactOptional(),
      }),
    ])
    .describe("false freezes the synapse; an object overrides parts of the circuit's `learn`. Default true.")
    .exactOptional(),
};
