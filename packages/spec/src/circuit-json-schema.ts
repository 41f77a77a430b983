import { z } from "zod";
import { circuitSchema } from "./schema/circuit-schema.ts";

/** The language as JSON Schema (draft 2020-12), for editors and other programs. Committed as schema/circuit-v1.schema.json. */
export function circuitJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(circuitSchema, { target: "draft-2020-12", io: "input" });
}
