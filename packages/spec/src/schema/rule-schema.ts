import { z } from "zod";
import { fraction, positive } from "./fields.ts";

const factor = fraction.describe("m, the part of the velocity that is kept. Default 0.9.").exactOptional();

export const ruleSchema = z
  .union([
    z.enum(["adam", "sgd", "momentum", "nag", "normalized"]),
    z.strictObject({
      kind: z.literal("adam").describe("Adam."),
      beta1: fraction.describe("Decay of the first moment. Default 0.9.").exactOptional(),
      beta2: fraction.describe("Decay of the second moment. Default 0.999.").exactOptional(),
      epsilon: positive.describe("Added to the root of the second moment. Default 1e-8.").exactOptional(),
    }),
    z.strictObject({ kind: z.literal("sgd").describe("W ← W + rate·ΔW.") }),
    z.strictObject({ kind: z.literal("momentum").describe("v ← m·v + ΔW, W ← W + rate·v."), factor }),
    z.strictObject({
      kind: z.literal("nag").describe("Nesterov: v ← m·v + ΔW, W ← W + rate·(ΔW + m·v)."),
      factor,
    }),
    z.strictObject({
      kind: z.literal("normalized").describe("ΔW / (‖ΔW‖₂ + ε) per 2-D kernel."),
      epsilon: positive.describe("ε. Default 1e-8.").exactOptional(),
    }),
  ])
  .meta({ id: "Rule", description: 'How ΔW becomes an update: "adam" is short for { "kind": "adam" }.' });
