import { z } from "zod";
import { constraintSchema, learnConstraintSchema } from "./constraint-schema.ts";
import { count, notNegative, positive } from "./fields.ts";
import { ruleSchema } from "./rule-schema.ts";
import { scheduleSchema } from "./schedule-schema.ts";

const decay = notNegative.describe(
  "Weight decay, decoupled from the rule: an update also takes rate·decay of the weights away.",
);

export const learnSchema = z
  .strictObject({
    rule: ruleSchema.describe("Default adam.").exactOptional(),
    rate: positive.describe("Size of an update. Default 0.001.").exactOptional(),
    schedule: scheduleSchema
      .describe("How the rate changes while a training goes on. Default constant.")
      .exactOptional(),
    decay: decay.describe("Weight decay of every synapse, decoupled from the rule. Default 0.").exactOptional(),
    constraint: learnConstraintSchema.describe("Default none.").exactOptional(),
    batch: count.describe("Samples per update. Default 100.").exactOptional(),
  })
  .meta({ id: "Learn", description: "How synapses and biases learn from the errors of settled states." });

/** What a synapse or a bias may say in place of the circuit's `learn`. */
const overrides = {
  rule: ruleSchema.describe("In place of learn.rule.").exactOptional(),
  rateFactor: positive.describe("Times learn.rate, wherever the schedule has brought it. Default 1.").exactOptional(),
};

export const synapseLearnSchema = z
  .union([
    z.boolean(),
    z.strictObject({
      ...overrides,
      decay: decay.describe("In place of learn.decay.").exactOptional(),
      constraint: constraintSchema.describe("In place of learn.constraint.").exactOptional(),
    }),
  ])
  .meta({
    id: "SynapseLearn",
    description: "false freezes the weights; an object overrides parts of the circuit's `learn`.",
  });

export const biasLearnSchema = z
  .union([
    z.boolean(),
    z.strictObject({
      ...overrides,
      decay: decay.describe("Weight decay. Default 0, whatever learn.decay.").exactOptional(),
    }),
  ])
  .meta({
    id: "BiasLearn",
    description: "false freezes the bias; an object overrides parts of the circuit's `learn`.",
  });
