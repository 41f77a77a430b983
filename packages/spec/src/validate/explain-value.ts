/** What is wrong with a value, for people: zod finds the faults, this says them. */
import { closest, formatPointer } from "@settle/diagnostics";
import type { z } from "zod";
import type { Fault } from "./fault.ts";
import {
  descriptionOf,
  expectationOf,
  fieldsOf,
  isObject,
  isUnion,
  type JsonType,
  jsonTypeOf,
  listWords,
  optionsOf,
  schemaAt,
  typeAccepted,
  typeNames,
  unwrap,
  wordsOf,
} from "./inspect-schema.ts";
import { nameField, namePart } from "./name-path.ts";

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

/** Every fault of `value` under `schema`; none if it fits. `path` is where the value stands in the circuit. */
export function explainValue(schema: z.ZodType, value: unknown, path: Path = []): readonly Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const explained = new Set<string>();
  const faults = result.error.issues.flatMap((issue) => {
    // A key at fault stands at the path of its value, which may be a union and is not at fault.
    const union = issue.code === "invalid_key" ? undefined : unionOnTheWay(schema, value, issue.path as Path);
    if (union === undefined) return explainIssue(issue, schema, value, path);
    // zod may report several issues of one alternative; which alternative was meant is judged here, once.
    const place = formatPointer(union.steps);
    if (explained.has(place)) return [];
    explained.add(place);
    return explainUnion(union.schema, union.value, [...path, ...union.steps]);
  });
  return withoutConsequences(faults);
}

/** The first union a path meets, its end included. */
function unionOnTheWay(
  root: z.ZodType,
  rootValue: unknown,
  path: Path,
): { readonly schema: z.ZodType; readonly value: unknown; readonly steps: Path } | undefined {
  for (let length = 0; length <= path.length; length++) {
    const steps = path.slice(0, length);
    const schema = schemaAt(root, steps);
    if (schema !== undefined && isUnion(unwrap(schema))) return { schema, value: valueOn(steps, rootValue), steps };
  }
  return undefined;
}

const valueOn = (steps: Path, root: unknown): unknown =>
  steps.reduce<unknown>((inside, step) => (inside as Record<string | number, unknown> | undefined)?.[step], root);

/** A field that is missing because its name was misspelt is one fault, not two. */
function withoutConsequences(faults: readonly Fault[]): readonly Fault[] {
  const meant = new Set(faults.flatMap((fault) => fault.repair ?? []).map((operation) => operation.path));
  return faults.filter((fault) => fault.code !== "schema/missing-field" || !meant.has(formatPointer(fault.path)));
}

function explainIssue(issue: Issue, root: z.ZodType, rootValue: unknown, base: Path): readonly Fault[] {
  const steps = issue.path as Path;
  const path = [...base, ...steps];
  const schema = schemaAt(root, steps);
  const value = valueOn(steps, rootValue);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(key, schema, value, path));
  if (issue.code === "invalid_key") return [badId(path)];
  if (schema === undefined)
    return [{ code: "schema/wrong-type", path, message: `${nameField(path)}: ${issue.message}.` }];
  if (value === undefined) return [missingField(schema, path)];
  if (typeAccepted(schema) !== jsonTypeOf(value)) return [wrongType(schema, value, path)];
  if (wordsOf(schema).length > 0) return [unknownWord(wordsOf(schema), String(value), path, "schema/unknown-value")];
  return [explainSize(issue, schema, value, path)];
}

/** Explains by the alternative that was most likely meant. */
function explainUnion(schema: z.ZodType, value: unknown, path: Path): readonly Fault[] {
  const all = optionsOf(schema);
  const type = jsonTypeOf(value);
  const options = all.filter((option) => typeAccepted(option) === type);
  const [first] = options;
  if (type === undefined) return [missingField(schema, path)];
  if (first === undefined) return [wrongType(schema, value, path)];
  switch (type) {
    case "string": {
      const kinds = all.some((option) => fieldsOf(option).includes("kind"));
      const code = kinds ? "schema/unknown-kind" : "schema/unknown-value";
      return [unknownWord(options.flatMap(wordsOf), String(value), path, code)];
    }
    case "array": {
      const faults = options.map((option) => explainValue(option, value, path));
      const fitting = faults.find((list) => list.every((fault) => fault.path.length > path.length));
      return fitting ?? [badLength(schema, value as readonly unknown[], path)];
    }
    case "object":
      return explainKind(options, value as Readonly<Record<string, unknown>>, path);
    default:
      return explainValue(first, value, path);
  }
}

function explainKind(
  options: readonly z.ZodType[],
  value: Readonly<Record<string, unknown>>,
  path: Path,
): readonly Fault[] {
  const kindOf = (option: z.ZodType): readonly string[] => {
    const kind = isObject(option) ? option.shape["kind"] : undefined;
    return kind === undefined ? [] : wordsOf(kind);
  };
  const kinds = [...new Set(options.flatMap(kindOf))];
  const written = value["kind"];
  const meant =
    written === undefined
      ? options.find((option) => kindOf(option).length === 0)
      : options.find((option) => kindOf(option).includes(String(written)));
  const only = options.length === 1 ? options[0] : undefined;
  if (meant !== undefined || only !== undefined) return explainValue(meant ?? (only as z.ZodType), value, path);
  const at = [...path, "kind"];
  if (written === undefined) {
    return [
      {
        code: "schema/missing-field",
        path: at,
        message: `${nameField(path)} has no "kind".`,
        help: `one of ${listWords(kinds)}.`,
      },
    ];
  }
  if (typeof written !== "string") {
    return [
      {
        code: "schema/wrong-type",
        path: at,
        message: `${nameField(at)} must be ${listWords(kinds)}; it is ${typed(written)}.`,
      },
    ];
  }
  const near = closest(written, kinds);
  const nearest = near === undefined ? undefined : options.find((option) => kindOf(option).includes(near));
  return [
    unknownWord(kinds, written, at, "schema/unknown-kind"),
    ...(nearest === undefined ? [] : explainValue(nearest, { ...value, kind: near }, path)),
  ];
}

function unknownField(key: string, schema: z.ZodType | undefined, value: unknown, path: Path): Fault {
  const fields = schema === undefined ? [] : fieldsOf(schema);
  const present = value as Readonly<Record<string, unknown>>;
  const near = closest(
    key,
    fields.filter((field) => !Object.hasOwn(present, field)),
  );
  const meant = schema === undefined || near === undefined ? undefined : schemaAt(schema, [near]);
  const from = formatPointer([...path, key]);
  return {
    code: "schema/unknown-field",
    path: [...path, key],
    at: "key",
    message: `${nameField(path)} has no field "${key}".`,
    ...(near === undefined
      ? { help: fields.length === 0 ? "remove it." : `it may have ${listWords(fields)}.` }
      : { note: `did you mean "${near}"?`, help: `write "${near}".` }),
    // Only where the value fits the field that was meant is the new name safely the right one.
    ...(near !== undefined &&
      meant?.safeParse(present[key]).success === true && {
        repair: [{ op: "move", from, path: formatPointer([...path, near]) }],
      }),
  };
}

function unknownWord(words: readonly string[], written: string, path: Path, code: Fault["code"]): Fault {
  if (written === "softmax" && path.includes("activation")) {
    return {
      code: "schema/softmax-activation",
      path,
      message: `${namePart(path)} has softmax as its activation, which is a function of single numbers.`,
      help: 'softmax can be the "output" of an error node.',
    };
  }
  const near = closest(written, words);
  return {
    code,
    path,
    message: `${nameField(path)} is "${written}", which is not one of ${listWords(words)}.`,
    ...(near !== undefined && {
      note: `did you mean "${near}"?`,
      help: `write "${near}".`,
      repair: [{ op: "replace", path: formatPointer(path), value: near }],
    }),
  };
}

function badId(path: Path): Fault {
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

function missingField(schema: z.ZodType, path: Path): Fault {
  const description = descriptionOf(schema);
  const owner = nameField(path.slice(0, -1));
  return {
    code: "schema/missing-field",
    path,
    at: "key",
    message: `${owner} has no "${path.at(-1)}".`,
    help: `add "${path.at(-1)}", ${expectationOf(schema)}${description === undefined ? "." : `: ${description}`}`,
  };
}

function wrongType(schema: z.ZodType, value: unknown, path: Path): Fault {
  const text =
    typeof value === "string" && typeAccepted(schema) === "number" && value.trim() !== "" ? Number(value) : NaN;
  return {
    code: "schema/wrong-type",
    path,
    message: `${nameField(path)} must be ${expectationOf(schema)}; it is ${typed(value)}.`,
    ...(Number.isFinite(text)
      ? { help: "write it without quotes.", repair: [{ op: "replace", path: formatPointer(path), value: text }] }
      : describeFor(schema)),
  };
}

/** Of a value of the right type: a number out of range, a name in wrong letters, a list too long. */
function explainSize(issue: Issue, schema: z.ZodType, value: unknown, path: Path): Fault {
  const name = nameField(path);
  if (Array.isArray(value)) return badLength(schema, value, path);
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
  return "a whole number";
}

function badLength(schema: z.ZodType, value: readonly unknown[], path: Path): Fault {
  return {
    code: "schema/bad-length",
    path,
    message: `${nameField(path)} has ${value.length} ${value.length === 1 ? "entry" : "entries"}, which does not fit.`,
    ...describeFor(schema),
  };
}

function describeFor(schema: z.ZodType): Pick<Fault, "help"> {
  const help = descriptionOf(schema);
  return help === undefined ? {} : { help };
}

function typed(value: unknown): string {
  const type: JsonType | undefined = jsonTypeOf(value);
  if (type === "string") return `the text ${JSON.stringify(value)}`;
  if (type === "number" || type === "boolean" || type === "null") return String(value);
  return type === undefined ? "not there" : typeNames[type];
}
