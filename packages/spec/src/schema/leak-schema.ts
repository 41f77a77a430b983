import { z } from "zod";
import { notNegative } from "./fields.ts";

export const leakSchema = z
  .union([
    notNegative,
    z.strictObject({
      rate: notNegative.describe("γ: the part of a state that is lost in each step."),
      scaled: z.boolean().describe("Whether the rate β multiplies the leak too. Default false.").exactOptional(),
    }),
  ])
  .meta({ id: "Leak", description: 'γ of z ← z + β·d − γ·z; a number is short for { "rate": … }.' });
