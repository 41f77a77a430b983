import { z } from "zod";
import { positive } from "./fields.ts";

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
