import { z } from "zod";
import { count, positive } from "./fields.ts";

export const constraintSchema = z
  .union([
    z.strictObject({ kind: z.literal("none").describe("Weights may grow as they like.") }),
    z.strictObject({
      kind: z.literal("max-norm").describe("What is longer than the bound is shrunk to it; nothing grows."),
      over: z
        .enum(["kernel", "source", "target"])
        .describe("kernel: each 2-D filter. source: a source unit's row of W. target: a target unit's column."),
      bound: positive.describe("Largest Euclidean norm. Default 1.").exactOptional(),
    }),
  ])
  .meta({ id: "Constraint", description: "What holds for the weights after every update." });

const stableSchema = z
  .strictObject({
    kind: z
      .literal("stable")
      .describe(
        "Keeps settling stable: where λmax of the linearised settle exceeds the bound, the learned weights move against " +
          "its gradient, by as much as brings it back. Beyond the papers.",
      ),
    bound: positive.describe("Largest λmax; settling is stable below 2/β, which is 20 for β = 0.1."),
    every: count.describe("Updates from one estimate of λmax to the next. Default 20.").exactOptional(),
  })
  .describe("A bound on λmax, for the circuit as a whole.");

const circuitWideSchema = z.union([...constraintSchema.options, stableSchema]);

/** What `learn.constraint` takes: one constraint, or several that hold together. */
export const learnConstraintSchema = z
  .union([...circuitWideSchema.options, z.array(circuitWideSchema).min(1)])
  .meta({ id: "LearnConstraint", description: "One constraint, or a list of constraints that hold together." });
