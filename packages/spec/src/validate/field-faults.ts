/** The faults a field can have, in words. */
import { closest, formatPointer, onlyClosest } from "@settle/diagnostics";
import type { z } from "zod";
import type { DocumentKind } from "./document-kind.ts";
import type { Fault } from "./fault.ts";
import {
  descriptionOf,
  expectationOf,
  fieldsOf,
  isRecord,
  type JsonType,
  jsonTypeOf,
  listWords,
  optionsOf,
  schemaAt,
  typeNames,
} from "./inspect-schema.ts";
import { nameField, namePart } from "./name-path.ts";
import { rewrite } from "./rewrite.ts";

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

export function unknownField(
  key: string,
  schema: z.ZodType | undefined,
  value: unknown,
  path: Path,
  document: DocumentKind,
): Fault {
  const fields = schema === undefined ? [] : fieldsOf(schema);
  const present = value as Readonly<Record<string, unknown>>;
  const absent = fields.filter((field) => !Object.hasOwn(present, field));
  const near = closest(key, absent);
  const deeper = schema === undefined ? undefined : oneDeeper(key, schema, fields);
  const meant = schema === undefined || near === undefined ? undefined : schemaAt(schema, [near]);
  const from = formatPointer([...path, key]);
  return {
    code: "schema/unknown-field",
    path: [...path, key],
    at: "key",
    message: `${nameField(path, document)} has no field "${key}".`,
    ...(near === undefined
      ? { help: deeper ?? (fields.length === 0 ? "remove it." : `it may have ${listWords(fields)}.`) }
      : { note: `did you mean "${near}"?`, help: `write "${near}".` }),
    // Only where no other field is as near, and the value fits, or is a section too, is the new name safely right.
    ...(near !== undefined &&
      near === onlyClosest(key, absent) &&
      meant !== undefined &&
      (meant.safeParse(present[key]).success || (isRecord(meant) && jsonTypeOf(present[key]) === "object")) && {
        repair: [{ op: "move", from, path: formatPointer([...path, near]) }],
      }),
  };
}

/** What a misspelt field was meant to be. */
export function fieldMeant(
  key: string,
  schema: z.ZodType | undefined,
  present: Readonly<Record<string, unknown>>,
): z.ZodType | undefined {
  if (schema === undefined) return undefined;
  const near = closest(
    key,
    fieldsOf(schema).filter((field) => !Object.hasOwn(present, field)),
  );
  return near === undefined ? undefined : schemaAt(schema, [near]);
}

/** A field that its neighbours have, as in "learn" of a synapse its "constraint". */
function oneDeeper(key: string, schema: z.ZodType, fields: readonly string[]): string | undefined {
  const holding = fields.filter((field) => {
    const inner = schemaAt(schema, [field]);
    return inner !== undefined && optionsOf(inner).some((option) => fieldsOf(option).includes(key));
  });
  const [holder] = holding;
  return holding.length !== 1 ? undefined : `it belongs inside "${holder}": write "${holder}": { "${key}": … }.`;
}

export function unknownWord(
  words: readonly string[],
  written: string,
  path: Path,
  code: Fault["code"],
  document: DocumentKind,
): Fault {
  if (written === "softmax" && path.includes("activation")) {
    return {
      code: "schema/softmax-activation",
      path,
      message: `${namePart(path, document)} has softmax as its activation, which is a function of single numbers.`,
      help: 'softmax can be the "output" of an error node.',
    };
  }
  const near = closest(written, words);
  return {
    code,
    path,
    message: `${nameField(path, document)} is "${written}", which is not one of ${listWords(words)}.`,
    ...(near !== undefined && {
      note: `did you mean "${near}"?`,
      help: `write "${near}".`,
      ...(near === onlyClosest(written, words) && {
        repair: [{ op: "replace", path: formatPointer(path), value: near }],
      }),
    }),
  };
}

export function badId(path: Path): Fault {
  const key = String(path.at(-1));
  const bare = key.replaceAll(/[^A-Za-z0-9_.-]/g, "_").replace(/^[^A-Za-z]+/, "");
  return {
    code: "schema/bad-id",
    path,
    at: "key",
    message: `"${key}" cannot be an id: ids have letters, digits, "_", "-" and ".", and begin with a letter.`,
    ...(bare !== "" && { help: `write "${bare}", here and where it is referred to.` }),
  };
}

export function missingField(schema: z.ZodType, path: Path, document: DocumentKind): Fault {
  const description = descriptionOf(schema);
  const owner = nameField(path.slice(0, -1), document);
  return {
    code: "schema/missing-field",
    path,
    at: "key",
    message: `${owner} has no "${path.at(-1)}".`,
    help: `add "${path.at(-1)}", ${expectationOf(schema)}${description === undefined ? "." : `: ${description}`}`,
  };
}

export function wrongType(schema: z.ZodType, value: unknown, path: Path, document: DocumentKind): Fault {
  return {
    code: "schema/wrong-type",
    path,
    message: `${nameField(path, document)} must be ${expectationOf(schema)}; it is ${typed(value)}.`,
    ...describeFor(schema),
    ...rewriting(schema, value, path),
  };
}

/** Of a value of the right type: a number out of range, a name in wrong letters, a list too long. */
export function wrongSize(issue: Issue, schema: z.ZodType, value: unknown, path: Path, document: DocumentKind): Fault {
  const name = nameField(path, document);
  if (Array.isArray(value)) return badLength(schema, value, path, document);
  if (typeof value === "string") {
    const message = value === "" ? `${name} is empty.` : `${name} is "${value}", which has characters it may not have.`;
    return { code: "schema/bad-name", path, message, ...describeFor(schema) };
  }
  return {
    code: "schema/out-of-range",
    path,
    message: `${name} must be ${boundOf(issue)}; it is ${String(value)}.`,
    ...describeFor(schema),
  };
}

function boundOf(issue: Issue): string {
  if (issue.code === "too_small") return `${issue.inclusive === true ? "at least" : "above"} ${issue.minimum}`;
  if (issue.code === "too_big") return `${issue.inclusive === true ? "at most" : "below"} ${issue.maximum}`;
  if (issue.code === "invalid_value") return issue.values.map(String).join(" or ");
  return "a whole number";
}

export function badLength(schema: z.ZodType, value: readonly unknown[], path: Path, document: DocumentKind): Fault {
  return {
    code: "schema/bad-length",
    path,
    message: `${nameField(path, document)} has ${value.length} ${value.length === 1 ? "entry" : "entries"}, which does not fit.`,
    ...describeFor(schema),
    ...missingEntry(schema, value),
    ...rewriting(schema, value, path),
  };
}

/** A list that one more number would make fit: a map whose channels were left out. What it should be is not known. */
function missingEntry(schema: z.ZodType, value: readonly unknown[]): Pick<Fault, "help"> {
  const longer = [...value, 1];
  if (value.length === 0 || !schema.safeParse(longer).success) return {};
  const help = `one more entry is missing, as in [${longer.join(", ")}]`;
  const description = descriptionOf(schema);
  return { help: description === undefined ? `${help}.` : `${help}: ${description}` };
}

function describeFor(schema: z.ZodType): Pick<Fault, "help"> {
  const help = descriptionOf(schema);
  return help === undefined ? {} : { help };
}

/** How the same value is written so that it fits, if there is just one way. */
function rewriting(schema: z.ZodType, value: unknown, path: Path): Pick<Fault, "help" | "repair"> {
  const fitting = rewrite(schema, value);
  if (fitting === undefined) return {};
  const help = `write ${JSON.stringify(fitting)}.`;
  return { help, repair: [{ op: "replace", path: formatPointer(path), value: fitting }] };
}

function typed(value: unknown): string {
  const type: JsonType | undefined = jsonTypeOf(value);
  if (type === "string") return `the text ${JSON.stringify(value)}`;
  if (type === "number" || type === "boolean" || type === "null") return String(value);
  return type === undefined ? "not there" : typeNames[type];
}
