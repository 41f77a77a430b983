import { z } from "zod";
import { count, fraction, notNegative, positive } from "./fields.ts";

const span = z.union([fraction, count]);
const warmup = span.describe(
  "How long the rate rises, linearly, to its full size: a part of the training (below 1), or so many updates. Default 0.",
);
const final = notNegative.max(1).describe("What is left of the rate in the end, as a factor. Default 0.");

export const scheduleSchema = z
  .union([
    z.enum(["constant", "linear", "cosine"]),
    z.strictObject({
      kind: z.literal("constant").describe("The rate stays as it is."),
      warmup: warmup.exactOptional(),
    }),
    z.strictObject({
      kind: z
        .enum(["linear", "cosine"])
        .describe("The rate falls, in a line or as half a cosine, to the end of the training."),
      warmup: warmup.exactOptional(),
      from: span
        .describe(
          "When it begins to fall: after a part of the training (below 1), or so many updates. Default after the warm-up.",
        )
        .exactOptional(),
      final: final.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal("step").describe("The rate is multiplied by a factor again and again."),
      warmup: warmup.exactOptional(),
      every: span.describe("How often: after each such part of the training (below 1), or so many updates."),
      factor: positive.max(1).describe("What it is multiplied by. Default 0.1.").exactOptional(),
    }),
  ])
  .meta({ id: "Schedule", description: 'How the learning rate changes: "cosine" is short for { "kind": "cosine" }.' });
