import { z } from "zod";
import { count } from "./fields.ts";

const bit = z.union([z.literal(0), z.literal(1)]);

export const maskSchema = z
  .union([
    z.strictObject({
      kind: z.literal("given").describe("Every weight is said."),
      values: z
        .array(z.union([bit, z.array(bit)]))
        .min(1)
        .describe(
          "1 where a weight is, 0 where none: one number per weight, row-major; rows of a matrix may be lists.",
        ),
    }),
    z.strictObject({
      kind: z.literal("random").describe("So many of the weights, chosen by chance."),
      density: z.number().gt(0).max(1).describe("The part of the weights that are there, chosen by chance."),
      seed: count.describe("Chooses the same ones in every run. Default: the run's own seed chooses.").exactOptional(),
    }),
  ])
  .meta({ id: "Mask", description: "Fixed sparsity: a weight that is masked away is 0 and stays 0." });
