import { z } from "zod";
import { circuitSchema } from "./schema/circuit-schema.ts";
import { parameterReferenceSchema } from "./schema/parameter-schema.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The language as JSON Schema (draft 2020-12), for editors and other programs. Committed as schema/circuit-v1.schema.json. */
export function circuitJsonSchema(): JsonSchema {
  const { properties, $defs, ...rest } = generated(circuitSchema);
  const { $schema: _, ...reference } = generated(parameterReferenceSchema);
  const definitions = $defs as Readonly<Record<string, JsonSchema>>;
  const varied = (schemas: unknown): Record<string, JsonSchema> =>
    mapSchemas(schemas, (schema, name) => (fixed.includes(name) ? schema : withReferences(schema, definitions)));
  return { ...rest, properties: varied(properties), $defs: { ...varied(definitions), [referenceName]: reference } };
}

/** What declares parameters cannot refer to them. */
const fixed: readonly string[] = ["parameters", "Parameter"];
const referenceName = "ParameterReference";
const generated = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" }) as JsonSchema;

const mapSchemas = (
  schemas: unknown,
  change: (schema: JsonSchema, name: string) => JsonSchema,
): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(schemas as Readonly<Record<string, JsonSchema>>).map(([name, each]) => [name, change(each, name)]),
  );

/** The schema, with a reference to a parameter allowed wherever an object has a field and a list an entry. */
function withReferences(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const inside = (each: JsonSchema): JsonSchema => withReferences(each, definitions);
  const orReference = (each: JsonSchema): JsonSchema => {
    const { $ref } = each as { readonly $ref?: string };
    const meant = $ref === undefined ? each : definitions[$ref.slice($ref.lastIndexOf("/") + 1)];
    // A parameter is no object; and a field that must be absent stays absent.
    if ("not" in each || meant?.["type"] === "object") return inside(each);
    const { description, ...rest } = inside(each);
    const anyOf = [rest, { $ref: `#/$defs/${referenceName}` }];
    return description === undefined ? { anyOf } : { description, anyOf };
  };
  const inKeyword = (key: string, value: unknown): unknown => {
    switch (key) {
      case "properties":
        return mapSchemas(value, orReference);
      case "prefixItems":
        return (value as readonly JsonSchema[]).map(orReference);
      case "anyOf":
      case "oneOf":
      case "allOf":
        return (value as readonly JsonSchema[]).map(inside);
      case "items":
        return typeof value === "object" ? orReference(value as JsonSchema) : value;
      case "additionalProperties":
        return typeof value === "object" ? inside(value as JsonSchema) : value;
      default:
        return value;
    }
  };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inKeyword(key, value)]));
}
