import { z } from "zod";
import { count, fraction, positive } from "./fields.ts";
import { leakSchema } from "./leak-schema.ts";

const integratorSchema = z
  .union([
    z.enum(["euler", "heun", "rk4", "adaptive"]),
    z.strictObject({ kind: z.enum(["euler", "heun", "rk4"]).describe("Explicit, of order 1, 2 and 4.") }),
    z.strictObject({
      kind: z.literal("momentum").describe("v ← m·v + f(z), z ← z + v."),
      factor: fraction.describe("m, in [0, 1)."),
      nesterov: z.boolean().describe("Take f at z + m·v. Default false.").exactOptional(),
    }),
    z.strictObject({
      kind: z
        .literal("adaptive")
        .describe(
          "Heun's step with the Euler step inside it as a measure of its error; each sample has a step size of its own.",
        ),
      tolerance: positive
        .describe(
          "Error a step may make, relative to 1 + |z|, root mean square over the states of a sample. Default 0.001.",
        )
        .exactOptional(),
      initial: positive.describe("Size of the first step tried, in Euler steps. Default 1.").exactOptional(),
      largest: positive.describe("Largest size of a step, in Euler steps. Default 100.").exactOptional(),
    }),
  ])
  .meta({ id: "Integrator", description: 'How states move: "euler" is short for { "kind": "euler" }.' });

const rateSchema = z
  .union([
    positive,
    z.strictObject({
      auto: positive
        .max(1)
        .describe(
          "Margin: β is this part of where a linear settle would diverge: 2/λmax with Euler steps, 2(1 + m)/λmax with " +
            "momentum m. λmax is estimated every 10 updates. " +
            "Beyond the papers.",
        ),
    }),
  ])
  .meta({ id: "Rate", description: 'β as a number, or { "auto": margin }: as large as is stable, times the margin.' });

export const settleSchema = z
  .strictObject({
    steps: count
      .describe("T, the corrections of all states, ≥ 1; with adaptive steps, those tried. Default 60.")
      .exactOptional(),
    rate: rateSchema.describe("β of every state that names none. Default 0.1.").exactOptional(),
    leak: leakSchema.describe("γ of every state that names none. Default 0.").exactOptional(),
    integrator: integratorSchema.describe("Default euler.").exactOptional(),
    start: z
      .enum(["projection", "initial"])
      .describe(
        "projection (default): states with predictors start at their prediction, the others and those on a cycle at " +
          "their own law. initial: every state starts at its own law.",
      )
      .exactOptional(),
    tolerance: positive
      .describe(
        "Stop a sample once the relative change of its discrepancy stayed under this for `patience` steps. Default: never.",
      )
      .exactOptional(),
    errors: z
      .enum(["fresh", "stale"])
      .describe(
        "Which errors are read out and learned from: those of the final states (fresh, the default), or those the last correction was made with (stale).",
      )
      .exactOptional(),
    patience: count.describe("Steps in a row under the tolerance. Default 3.").exactOptional(),
  })
  .meta({ id: "Settle", description: "How the states of the circuit find their equilibrium." });
