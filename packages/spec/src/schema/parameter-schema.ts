import { z } from "zod";
import { finite, id } from "./fields.ts";

export const parameterSchema = z
  .strictObject({
    default: z
      .union([finite, z.boolean(), z.string().min(1), z.array(finite).min(1)])
      .describe("The value where none is given: a number, true or false, one of the options, or a list of numbers."),
    min: finite.describe("Least number it may be; of a list, each entry.").exactOptional(),
    max: finite.describe("Largest number it may be; of a list, each entry.").exactOptional(),
    integer: z.boolean().describe("Whether it must be whole; of a list, each entry. Default false.").exactOptional(),
    options: z.array(z.string().min(1)).min(1).describe("The words it may be, where it is a text.").exactOptional(),
    description: z.string().describe("What it varies, for people.").exactOptional(),
  })
  .meta({ id: "Parameter", description: "A number, word or switch of the circuit that an experiment can vary." });

export const parametersSchema = z
  .record(id, parameterSchema)
  .describe('What can be varied, by name; { "$parameter": name } stands for its value in any field of any part.');

/** What stands for a parameter's value. */
export const referenceKey = "$parameter";
export const parameterReferenceSchema = z
  .strictObject({ [referenceKey]: id.describe("Name of the parameter.") })
  .describe("Stands for the value of a parameter.");
