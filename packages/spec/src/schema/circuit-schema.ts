/** The circuit language, version 1: this schema is its definition; types and JSON Schema are made from it. */
import { z } from "zod";
import { errorDefaultsSchema, errorSchema } from "./error-schema.ts";
import { id } from "./fields.ts";
import { lateralSchema } from "./lateral-schema.ts";
import { learnSchema } from "./learn-schema.ts";
import { parametersSchema } from "./parameter-schema.ts";
import { settleSchema } from "./settle-schema.ts";
import { stateDefaultsSchema, stateSchema } from "./state-schema.ts";
import { synapseDefaultsSchema, synapseSchema } from "./synapse-schema.ts";

/** The version of the language this package reads. */
export const circuitVersion = 1;

export const circuitSchema = z
  .strictObject({
    $schema: z.string().describe("Where an editor finds this schema.").exactOptional(),
    version: z.literal(circuitVersion).describe("Version of the circuit language."),
    name: z
      .string()
      .regex(/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/)
      .describe("Letters, digits and single hyphens."),
    title: z.string().describe("A line for people.").exactOptional(),
    description: z.string().describe("What the circuit is and which choices it makes.").exactOptional(),
    sources: z.array(z.string().min(1)).describe("Keys of docs/references.bib.").exactOptional(),
    parameters: parametersSchema.exactOptional(),
    defaults: z
      .strictObject({
        state: stateDefaultsSchema.exactOptional(),
        error: errorDefaultsSchema.exactOptional(),
        synapse: synapseDefaultsSchema.exactOptional(),
      })
      .describe("Filled into every part that does not say otherwise.")
      .exactOptional(),
    states: z.record(id, stateSchema).describe("The state nodes, by id."),
    errors: z.record(id, errorSchema).describe("The error nodes, by id; a state has at most one."),
    synapses: z.record(id, synapseSchema).describe("The generative synapses, by id."),
    laterals: z.record(id, lateralSchema).describe("The lateral synapses, by id.").exactOptional(),
    settle: settleSchema.exactOptional(),
    learn: learnSchema.exactOptional(),
  })
  .meta({ title: "Settle circuit, version 1", description: "A predictive-coding circuit." });
