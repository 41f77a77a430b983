/** What a zod schema accepts, told from its definition. */
import type { z } from "zod";

export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";

export function jsonTypeOf(value: unknown): JsonType | undefined {
  if (value === undefined) return undefined;
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

/** The schema without what makes it optional. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return isOfType<z.ZodOptional<z.ZodType>>(schema, "optional") ? unwrap(schema.unwrap()) : schema;
}

/** The alternatives of a union, those of unions inside it included; of any other schema the schema itself. */
export function optionsOf(schema: z.ZodType): readonly z.ZodType[] {
  const inner = unwrap(schema);
  return isUnion(inner) ? inner.options.flatMap(optionsOf) : [inner];
}

export const isUnion = (schema: z.ZodType): schema is z.ZodUnion<readonly z.ZodType[]> =>
  isOfType<z.ZodUnion<readonly z.ZodType[]>>(schema, "union");

export const isObject = (schema: z.ZodType): schema is z.ZodObject<Readonly<Record<string, z.ZodType>>> =>
  isOfType<z.ZodObject<Readonly<Record<string, z.ZodType>>>>(schema, "object");

/** Parts by their ids. */
export const isRecord = (schema: z.ZodType): boolean => unwrap(schema).def.type === "record";

/** The fields an object may have; one that must be absent does not count. */
export function fieldsOf(schema: z.ZodType): readonly string[] {
  const inner = unwrap(schema);
  if (!isObject(inner)) return [];
  return Object.keys(inner.shape).filter((key) => {
    const field = inner.shape[key];
    return field !== undefined && unwrap(field).def.type !== "never";
  });
}

/** The words a schema accepts: of an enum, of a literal text. */
export function wordsOf(schema: z.ZodType): readonly string[] {
  const inner = unwrap(schema);
  if (isOfType<z.ZodEnum>(inner, "enum")) return Object.values(inner.def.entries).map(String);
  if (isOfType<z.ZodLiteral>(inner, "literal")) return inner.def.values.filter((value) => typeof value === "string");
  return [];
}

/** The values of JSON's own types that a schema takes at all. */
export function typeAccepted(schema: z.ZodType): JsonType | undefined {
  const inner = unwrap(schema);
  switch (inner.def.type) {
    case "number":
    case "int":
      return "number";
    case "boolean":
      return "boolean";
    case "string":
    case "enum":
      return "string";
    case "literal":
      return isOfType<z.ZodLiteral>(inner, "literal") ? jsonTypeOf(inner.def.values[0]) : undefined;
    case "array":
    case "tuple":
      return "array";
    case "object":
    case "record":
      return "object";
    default:
      return undefined;
  }
}

/** The schema a path leads to inside objects, records and lists; undefined where the path leaves them. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = childAt(unwrap(current), step);
  }
  return current;
}

function childAt(schema: z.ZodType, step: PropertyKey): z.ZodType | undefined {
  if (isObject(schema)) return schema.shape[String(step)];
  if (isOfType<z.ZodRecord<z.ZodString, z.ZodType>>(schema, "record")) return schema.valueType;
  if (isOfType<z.ZodArray<z.ZodType>>(schema, "array")) return schema.element;
  if (isOfType<z.ZodTuple<readonly z.ZodType[]>>(schema, "tuple")) return schema.def.items[Number(step)];
  return undefined;
}

/** What a field is for, as its schema says. */
export function descriptionOf(schema: z.ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  return schema.description ?? (unwrap(schema) === schema ? undefined : descriptionOf(unwrap(schema)));
}

/** `a number`, `"same" or "valid"`, `a number, or a list`: what may stand there, for people. */
export function expectationOf(schema: z.ZodType): string {
  const parts = optionsOf(schema).map((option) => {
    const words = wordsOf(option);
    if (words.length > 0) return listWords(words);
    if (isOfType<z.ZodLiteral>(option, "literal")) return option.def.values.map(String).join(" or ");
    const type = typeAccepted(option);
    return type === undefined ? "nothing" : typeNames[type];
  });
  return [...new Set(parts)].join(", or ");
}

export const typeNames: Readonly<Record<JsonType, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  string: "a text",
  array: "a list",
  object: "an object",
};

export function listWords(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function isOfType<Schema extends z.ZodType>(schema: z.ZodType, type: string): schema is Schema {
  return schema.def.type === type;
}
