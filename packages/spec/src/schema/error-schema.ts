import { z } from "zod";
import { outputSchema } from "./activation-schema.ts";
import { id } from "./fields.ts";
import { lawSchema } from "./law-schema.ts";
import { biasLearnSchema } from "./learn-schema.ts";
import { precisionSchema } from "./precision-schema.ts";

const comparison = {
  compares: z
    .enum(["state", "activity"])
    .describe("What of the target is predicted: z (state, the default) or φ(z) (activity).")
    .exactOptional(),
  output: outputSchema.describe("g of μ = g(Σ T(φ(z)) + b). Default identity.").exactOptional(),
  bias: z
    .union([
      z.boolean(),
      z.strictObject({
        initial: lawSchema.describe("How the bias starts. Default zeros.").exactOptional(),
        learn: biasLearnSchema.describe("Whether and how it learns. Default true.").exactOptional(),
      }),
    ])
    .describe("A learned bias: one per channel of a map, one per unit of a dense state. Default false.")
    .exactOptional(),
  precision: precisionSchema.describe("Default none: e = z − μ.").exactOptional(),
};

export const errorDefaultsSchema = z
  .strictObject(comparison)
  .meta({ id: "ErrorDefaults", description: "Filled into every error node that does not say otherwise." });

export const errorSchema = z
  .strictObject({ target: id.describe("Id of the state it belongs to."), ...comparison })
  .meta({
    id: "ErrorNode",
    description: "An error node e: gathers the predictions of one state and compares it with them.",
  });
