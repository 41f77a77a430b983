import { z } from "zod";
import { activationSchema } from "./activation-schema.ts";
import { count, positive } from "./fields.ts";
import { lawSchema } from "./law-schema.ts";
import { leakSchema } from "./leak-schema.ts";
import { priorSchema } from "./prior-schema.ts";

export const shapeSchema = z
  .union([z.array(count).length(1), z.array(count).length(3)])
  .meta({ id: "Shape", description: "[units] of a dense state, or [height, width, channels] of a map." });

/** What a state may say, and `defaults.state` may say for all of them. */
const dynamics = {
  activation: activationSchema.describe("φ. Default identity.").exactOptional(),
  derivative: z.boolean().describe("Whether the feedback is multiplied by φ′(z). Default false.").exactOptional(),
  rate: positive.describe("β, the step size of the state; default settle.rate.").exactOptional(),
  leak: leakSchema.describe("γ; default settle.leak.").exactOptional(),
  prior: priorSchema.describe("A force on the state's own activity. Default none.").exactOptional(),
  initial: lawSchema
    .describe("The state's own law at the start, used where it does not project (settle.start). Default N(0.5, 0.05).")
    .exactOptional(),
};

export const stateDefaultsSchema = z
  .strictObject(dynamics)
  .meta({ id: "StateDefaults", description: "Filled into every state that does not say otherwise." });

export const stateSchema = z
  .strictObject({
    shape: shapeSchema
      .describe("[units] or [height, width, channels]; may be left out where the synapses determine it.")
      .exactOptional(),
    channels: count
      .describe("Instead of shape: the channels of a map whose extents follow from its synapses.")
      .exactOptional(),
    ...dynamics,
    observed: z
      .strictObject({ data: z.string().min(1).describe("Field of the data that feeds the node: image, label, …") })
      .describe("Makes the node observable.")
      .exactOptional(),
  })
  .meta({ id: "State", description: "A state node z: a tensor of activities that settles." });
