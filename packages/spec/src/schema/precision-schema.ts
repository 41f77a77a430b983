import { z } from "zod";
import { finite, positive } from "./fields.ts";

const apply = z
  .enum(["whiten", "weigh"])
  .describe(
    "whiten (default): e ← (z − μ)(R⁻¹)ᵀ with Σ = R Rᵀ, which is (z − μ)/σ where Σ is diagonal. " +
      "weigh: e ← (z − μ)Σ⁻¹, the gradient of ½(z − μ)Σ⁻¹(z − μ)ᵀ.",
  )
  .exactOptional();

const learn = z
  .union([
    z.boolean(),
    z.strictObject({
      floor: positive
        .describe("Least variance: after every update each entry on the diagonal of R is at least √floor. Default 1.")
        .exactOptional(),
    }),
  ])
  .describe("Whether Σ follows the covariance of the errors. Default false.")
  .exactOptional();

const sigma = z
  .union([positive, z.array(positive).min(1)])
  .describe("Standard deviation(s), where learned the first ones: one number for all, or a list. Default 1.")
  .exactOptional();

export const precisionSchema = z
  .union([
    z.strictObject({
      kind: z.literal("scalar").describe("One σ for the node."),
      sigma: positive.describe("Standard deviation, where learned the first one. Default 1.").exactOptional(),
      apply,
      learn,
    }),
    z.strictObject({
      kind: z.literal("diagonal").describe("One σ per entry of the error; a map is read row by row."),
      sigma,
      apply,
      learn,
    }),
    z.strictObject({ kind: z.literal("channel").describe("One σ per channel of a map."), sigma, apply, learn }),
    z.strictObject({
      kind: z
        .literal("full")
        .describe("A covariance matrix Σ between the units of a dense state, or between the channels of a map."),
      sigma: sigma.describe("Standard deviation(s) of a diagonal Σ. Default 1."),
      covariance: z
        .array(z.array(finite).min(1))
        .min(1)
        .describe("Σ, symmetric and positive definite; in place of sigma.")
        .exactOptional(),
      apply,
      learn,
    }),
  ])
  .meta({ id: "Precision", description: "How much each entry of an error counts." });
