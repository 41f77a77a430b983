import { z } from "zod";
import { learnConstraintSchema } from "./constraint-schema.ts";
import { count, fraction, positive } from "./fields.ts";

const ruleSchema = z
  .union([
    z.enum(["adam", "sgd", "normalized"]),
    z.strictObject({
      kind: z.literal("adam").describe("Adam."),
      beta1: fraction.describe("Decay of the first moment. Default 0.9.").exactOptional(),
      beta2: fraction.describe("Decay of the second moment. Default 0.999.").exactOptional(),
      epsilon: positive.describe("Added to the root of the second moment. Default 1e-8.").exactOptional(),
    }),
    z.strictObject({ kind: z.literal("sgd").describe("W ← W + rate·ΔW.") }),
    z.strictObject({
      kind: z.literal("normalized").describe("ΔW / (‖ΔW‖₂ + ε) per 2-D kernel."),
      epsilon: positive.describe("ε. Default 1e-8.").exactOptional(),
    }),
  ])
  .meta({ id: "Rule", description: 'How ΔW becomes an update: "adam" is short for { "kind": "adam" }.' });

export const learnSchema = z
  .strictObject({
    rule: ruleSchema.describe("Default adam.").exactOptional(),
    rate: positive.describe("Size of an update. Default 0.001.").exactOptional(),
    constraint: learnConstraintSchema.describe("Default none.").exactOptional(),
    batch: count.describe("Samples per update. Default 100.").exactOptional(),
  })
  .meta({ id: "Learn", description: "How synapses and biases learn from the errors of settled states." });
