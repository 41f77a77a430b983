import { z } from "zod";
import { experimentSchema } from "./schema/experiment-schema.ts";

/** The language as JSON Schema (draft 2020-12). Committed as schema/experiment-v1.schema.json. */
export function experimentJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(experimentSchema, { target: "draft-2020-12", io: "input" });
}
