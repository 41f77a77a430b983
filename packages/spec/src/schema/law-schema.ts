import { z } from "zod";
import { finite, notNegative } from "./fields.ts";

export const lawSchema = z
  .union([
    z.strictObject({
      kind: z.literal("normal").describe("Normal numbers."),
      mean: finite.describe("Mean. Default 0.").exactOptional(),
      std: notNegative.describe("Standard deviation."),
    }),
    z.strictObject({
      kind: z.literal("uniform").describe("Numbers spread evenly over a range."),
      low: finite.describe("Lower bound."),
      high: finite.describe("Upper bound, above the lower one."),
    }),
    z.strictObject({
      kind: z.literal("constant").describe("One number everywhere."),
      value: finite.describe("That number."),
    }),
    z.strictObject({ kind: z.literal("zeros").describe("Zero everywhere.") }),
  ])
  .meta({
    id: "Law",
    description: "How numbers are drawn before the first update, or at the start of a settle.",
  });
