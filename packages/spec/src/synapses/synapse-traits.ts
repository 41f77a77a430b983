import { feedbackSchema } from "../schema/feedback-schema.ts";
import { finite } from "../schema/fields.ts";
import { lawSchema } from "../schema/law-schema.ts";
import { synapseLearnSchema } from "../schema/learn-schema.ts";
import { maskSchema } from "../schema/mask-schema.ts";

/** What every kind of synapse may say. */
export const pathTraits = {
  coefficient: finite.describe("Scales prediction, feedback and ΔW alike. Default 1.").exactOptional(),
  feedback: feedbackSchema.describe("How the error comes back to the source. Default tied.").exactOptional(),
};

/** What may be said of tensors of weights, one or several. */
export const tensorTraits = {
  initial: lawSchema.describe("How the weights are drawn. Default N(0, 0.1).").exactOptional(),
  learn: synapseLearnSchema
    .describe("Whether and how it learns, where it is not as the circuit's. Default true.")
    .exactOptional(),
};

/** What may be said of one tensor of weights. */
export const weightTraits = {
  ...tensorTraits,
  mask: maskSchema.describe("Fixed sparsity. Default: every weight is there.").exactOptional(),
};

/** What a synapse may say, and `defaults.synapse` for all of them. */
export const synapseTraits = { ...pathTraits, ...weightTraits };
