import { z } from "zod";
import { notNegative } from "./fields.ts";
import { lawSchema } from "./law-schema.ts";

export const feedbackSchema = z
  .union([
    z.enum(["tied", "separate", "none"]),
    z.strictObject({ kind: z.literal("tied").describe("The adjoint of the generative twin.") }),
    z.strictObject({
      kind: z.literal("separate").describe("A learned tensor of its own, stored in the twin's layout."),
      lambda: notNegative.describe("λ of ΔE = λ·ΔW. Default 0.9.").exactOptional(),
      initial: lawSchema.describe("Default: the twin's law.").exactOptional(),
    }),
    z.strictObject({ kind: z.literal("none").describe("No error goes back.") }),
  ])
  .meta({ id: "Feedback", description: 'How the error comes back: "tied" is short for { "kind": "tied" }.' });
