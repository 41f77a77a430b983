/** The language reference, made from the JSON Schema: docs/reference/circuit-language.md. */
import { circuitJsonSchema } from "@settle/spec";
import { fieldExamples } from "./field-examples.ts";

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly not?: unknown;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
}

const schema = circuitJsonSchema() as unknown as Schema & { readonly $defs: Readonly<Record<string, Schema>> };
const definitions = schema.$defs;
const parameterReference = "ParameterReference";

/** One field of the reference, with the object it belongs to. */
export interface FieldEntry {
  /** `State`, `Activation`. */
  readonly definition: string;
  /** Kind of the alternative, where the definition has several. */
  readonly kind?: string;
  readonly name: string;
  readonly field: Schema;
  readonly required: boolean;
  readonly example: unknown;
  /** A whole value of the definition that holds the field. */
  readonly whole: unknown;
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);
/** The alternatives a schema offers, references to parameters left out: every field may be one. */
function alternatives(each: Schema): readonly Schema[] {
  const options = (each.anyOf ?? each.oneOf ?? [each]).filter(
    ({ $ref }) => $ref === undefined || nameOf($ref) !== parameterReference,
  );
  return options.length === 1 && options[0] === each ? options : options.flatMap(alternatives);
}
const resolved = (each: Schema): Schema => (each.$ref === undefined ? each : definitions[nameOf(each.$ref)]!);

/** What may be written, in a few words. */
function typeOf(each: Schema): string {
  const words = alternatives(each).map((option) => {
    if (option.$ref !== undefined) {
      const name = nameOf(option.$ref);
      return `[${title(name)}](#${anchor(title(name))})`;
    }
    if (option.const !== undefined) return `\`${JSON.stringify(option.const)}\``;
    if (option.enum !== undefined) return option.enum.map((word) => `\`${JSON.stringify(word)}\``).join(", ");
    if (option.type === "array") return listOf(option);
    if (option.type === "object")
      return typeof option.additionalProperties === "object"
        ? `by id: ${typeOf(option.additionalProperties)}`
        : "object";
    return numberOf(option);
  });
  return [...new Set(words)].join(" or ");
}

function listOf({ prefixItems, items }: Schema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(", ")}]`;
  return items === undefined || items === false ? "list" : `list of ${typeOf(items)}`;
}

function numberOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Schema): string {
  const bounds = [
    ...(minimum === undefined || minimum < -1e9 ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined || maximum > 1e9 ? [] : [`≤ ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
  const names: Readonly<Record<string, string>> = { integer: "whole number", string: "text", boolean: "true or false" };
  return [names[type ?? ""] ?? type ?? "anything", ...bounds].join(" ");
}

/** A small value that fits a schema, where no example was written. */
function sampleOf(each: Schema): unknown {
  const [first] = alternatives(each);
  const option = resolved(first!);
  if (option.anyOf !== undefined || option.oneOf !== undefined) return sampleOf(option);
  if (option.const !== undefined) return option.const;
  if (option.enum !== undefined) return option.enum[0];
  switch (option.type) {
    case "boolean":
      return true;
    case "integer":
      return Math.max(1, option.minimum ?? 1);
    case "number":
      return option.minimum !== undefined && option.minimum > 0 ? option.minimum : 0.1;
    case "string":
      return option.pattern === undefined ? "text" : "z1";
    case "array":
      if (option.prefixItems !== undefined) return option.prefixItems.map(sampleOf);
      return Array.from({ length: option.minItems ?? 1 }, () => sampleOf(option.items as Schema));
    default:
      return Object.fromEntries((option.required ?? []).map((name) => [name, sampleOf(option.properties![name]!)]));
  }
}

const kindOf = ({ properties }: Schema): string | undefined => {
  const words =
    properties?.["kind"] === undefined ? [] : alternatives(properties["kind"]).flatMap((o) => o.enum ?? [o.const]);
  return words.length === 0 || words[0] === undefined ? undefined : words.join(", ");
};

function fieldsOf(definition: string, object: Schema, kind?: string): readonly FieldEntry[] {
  const required = object.required ?? [];
  const key = (name: string): string => [definition, ...(kind === undefined ? [] : [kind]), name].join("/");
  const exampleOf = (name: string): unknown =>
    fieldExamples[key(name)] ?? fieldExamples[`${definition}/${name}`] ?? sampleOf(object.properties![name]!);
  const needed = Object.fromEntries(required.map((name) => [name, exampleOf(name)]));
  return Object.entries(object.properties ?? {})
    .filter(([, field]) => field.not === undefined)
    .map(([name, field]) => ({
      definition,
      ...(kind !== undefined && { kind }),
      name,
      field,
      required: required.includes(name),
      example: exampleOf(name),
      whole: { ...needed, [name]: exampleOf(name) },
    }));
}

/** In the order a circuit is written; definitions that are not named here follow as the schema has them. */
const order = [
  "State",
  "Shape",
  "Activation",
  "Leak",
  "Prior",
  "Law",
  "ErrorNode",
  "Output",
  "Precision",
  "Synapse",
  "Feedback",
  "Settle",
  "Rate",
  "Integrator",
  "Learn",
  "Rule",
  "LearnConstraint",
  "Constraint",
];

function sections(): readonly (readonly [name: string, definition: Schema])[] {
  const names = Object.keys(definitions).filter((name) => name !== parameterReference);
  const sorted = [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
  return [["Circuit", schema], ...sorted.map((name) => [name, definitions[name]!] as const)];
}

/** Every field there is, each with an example. */
export function allFields(): readonly FieldEntry[] {
  return sections().flatMap(([name, definition]) =>
    objectsOf(definition).flatMap(({ object, kind }) => fieldsOf(name, object, kind)),
  );
}

function objectsOf(definition: Schema): readonly { readonly object: Schema; readonly kind?: string }[] {
  const objects = alternatives(definition)
    .map(resolved)
    .filter(({ type, properties }) => type === "object" && properties !== undefined);
  if (objects.length < 2) return objects.map((object) => ({ object }));
  return objects.map((object) => {
    const kind = kindOf(object);
    return { object, ...(kind !== undefined && { kind }) };
  });
}

/** `ErrorNode` → `Error node`. */
const title = (name: string): string => {
  const words = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};
const anchor = (heading: string): string => heading.toLowerCase().replaceAll(" ", "-");
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function table(fields: readonly FieldEntry[]): string {
  const rows = fields.map(({ name, field, required, example }) => {
    const description =
      field.description ??
      alternatives(field)
        .map((o) => resolved(o).description)
        .find((d) => d !== undefined) ??
      "";
    const written = `\`"${name}": ${oneLine(example)}\``;
    return `| \`${name}\`${required ? " (required)" : ""} | ${cell(typeOf(field))} | ${cell(description)} | ${cell(written)} |`;
  });
  return ["| field | takes | is | example |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, field]) => `${JSON.stringify(key)}: ${oneLine(field)}`)
    .join(", ")} }`;
}

export function languageReference(): string {
  const parts = sections().map(([name, definition]) => {
    const objects = objectsOf(definition);
    const bare = alternatives(definition).filter((option) => resolved(option).type !== "object");
    const lines = [`## ${title(name)}`];
    if (definition.description !== undefined) lines.push(definition.description);
    if (bare.length > 0) lines.push(`May be ${typeOf({ anyOf: bare })}${objects.length > 0 ? ", or an object" : ""}.`);
    for (const { object, kind } of objects) {
      const fields = fieldsOf(name, object, kind);
      if (kind !== undefined) {
        lines.push(`### ${title(name)}: ${kind}`);
        const about = object.description ?? object.properties?.["kind"]?.description;
        if (about !== undefined) lines.push(about);
      }
      lines.push(table(fields));
    }
    return lines.join("\n\n");
  });
  const introduction = `# The circuit language

Every field a circuit file may have, made from the schema that reads it (\`packages/spec/schema/circuit-v1.schema.json\`); a test holds this page current and
parses every example. [Authoring circuits](../guide/authoring-circuits.md) is the place to begin; what the parts compute is printed for any circuit by \`settle explain\`.

A field that is left out has its default, which \`settle explain FILE --after normalize\` shows with where it came from. Nothing else is accepted: a misspelt field is
an error. In any place below, \`{ "$parameter": NAME }\` stands for the value of one of the circuit's parameters.`;
  return `${[introduction, ...parts].join("\n\n")}\n`;
}
