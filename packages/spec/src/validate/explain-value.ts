/** What is wrong with a value, for people: zod finds the faults, this says them. */
import { closest, formatPointer } from "@settle/diagnostics";
import type { z } from "zod";
import { circuitDocument, type DocumentKind } from "./document-kind.ts";
import type { Fault } from "./fault.ts";
import {
  badId,
  badLength,
  fieldMeant,
  missingField,
  unknownField,
  unknownWord,
  wrongSize,
  wrongType,
} from "./field-faults.ts";
import {
  fieldsOf,
  isObject,
  isRecord,
  isUnion,
  jsonTypeOf,
  listWords,
  optionsOf,
  schemaAt,
  typeAccepted,
  unwrap,
  wordsOf,
} from "./inspect-schema.ts";
import { nameField } from "./name-path.ts";

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

/** Faults that are put into words at most: a long list of wrong entries would take seconds, and nobody reads on. */
const maximumIssues = 1000;

/** Every fault of `value` under `schema`; none if it fits. `path` is where the value stands in the document. */
export function explainValue(
  schema: z.ZodType,
  value: unknown,
  path: Path = [],
  document: DocumentKind = circuitDocument,
): readonly Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const explained = new Set<string>();
  const faults = result.error.issues.slice(0, maximumIssues).flatMap((issue) => {
    // A key at fault stands at the path of its value, which may be a union and is not at fault.
    const union = issue.code === "invalid_key" ? undefined : unionOnTheWay(schema, value, issue.path as Path);
    if (union === undefined) return explainIssue(issue, schema, value, path, document);
    // zod may report several issues of one alternative; which alternative was meant is judged here, once.
    const place = formatPointer(union.steps);
    if (explained.has(place)) return [];
    explained.add(place);
    return explainUnion(union.schema, union.value, [...path, ...union.steps], document);
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

function explainIssue(
  issue: Issue,
  root: z.ZodType,
  rootValue: unknown,
  base: Path,
  document: DocumentKind,
): readonly Fault[] {
  const steps = issue.path as Path;
  const path = [...base, ...steps];
  const schema = schemaAt(root, steps);
  const value = valueOn(steps, rootValue);
  if (issue.code === "unrecognized_keys")
    return issue.keys.flatMap((key) => [
      unknownField(key, schema, value, path, document),
      ...faultsInside(key, schema, value as Readonly<Record<string, unknown>>, path, document),
    ]);
  if (issue.code === "invalid_key") return [badId(path)];
  if (schema === undefined) {
    return [{ code: "schema/wrong-type", path, message: `${nameField(path, document)}: ${issue.message}.` }];
  }
  if (value === undefined) return [missingField(schema, path, document)];
  if (typeAccepted(schema) !== jsonTypeOf(value)) return [wrongType(schema, value, path, document)];
  if (typeof value === "string" && wordsOf(schema).length > 0) {
    return [unknownWord(wordsOf(schema), value, path, "schema/unknown-value", document)];
  }
  return [wrongSize(issue, schema, value, path, document)];
}

/** What else is wrong in a section whose name is misspelt. */
function faultsInside(
  key: string,
  schema: z.ZodType | undefined,
  present: Readonly<Record<string, unknown>>,
  path: Path,
  document: DocumentKind,
): readonly Fault[] {
  const meant = fieldMeant(key, schema, present);
  if (meant === undefined || !isRecord(meant) || jsonTypeOf(present[key]) !== "object") return [];
  return explainValue(meant, present[key], [...path, key], document);
}

/** Explains by the alternative that was most likely meant. */
function explainUnion(schema: z.ZodType, value: unknown, path: Path, document: DocumentKind): readonly Fault[] {
  const all = optionsOf(schema);
  const type = jsonTypeOf(value);
  const options = all.filter((option) => typeAccepted(option) === type);
  const [first] = options;
  if (type === undefined) return [missingField(schema, path, document)];
  if (first === undefined) return [wrongType(schema, value, path, document)];
  switch (type) {
    case "string": {
      const kinds = all.some((option) => fieldsOf(option).includes("kind"));
      const code = kinds ? "schema/unknown-kind" : "schema/unknown-value";
      return [unknownWord(options.flatMap(wordsOf), value as string, path, code, document)];
    }
    case "array": {
      const faults = options.map((option) => explainValue(option, value, path, document));
      const fitting = faults.find((list) => list.every((fault) => fault.path.length > path.length));
      return fitting ?? [badLength(schema, value as readonly unknown[], path, document)];
    }
    case "object":
      return explainKind(options, value as Readonly<Record<string, unknown>>, path, document);
    default:
      return explainValue(first, value, path, document);
  }
}

function explainKind(
  options: readonly z.ZodType[],
  value: Readonly<Record<string, unknown>>,
  path: Path,
  document: DocumentKind,
): readonly Fault[] {
  const kindOf = (option: z.ZodType): readonly string[] => {
    const kind = isObject(option) ? option.shape["kind"] : undefined;
    return kind === undefined ? [] : wordsOf(kind);
  };
  const kinds = [...new Set(options.flatMap(kindOf))];
  /** The kinds that have a field which this one does not. */
  const ownersOf = ({ path: at }: Fault): readonly string[] =>
    options.filter((option) => fieldsOf(option).includes(String(at.at(-1)))).flatMap(kindOf);
  const written = value["kind"];
  const ofKind = (kind: unknown): z.ZodType | undefined =>
    options.find((option) =>
      kind === undefined ? kindOf(option).length === 0 : kindOf(option).some((word) => word === kind),
    );
  const meant = options.length === 1 ? options[0] : ofKind(written);
  if (meant !== undefined) {
    return explainValue(meant, value, path, document).map((fault) => {
      const owners =
        fault.code === "schema/unknown-field" && fault.path.length === path.length + 1 ? ownersOf(fault) : [];
      if (owners.length === 0 || fault.note !== undefined) return fault;
      return { ...fault, help: `${listWords(owners)} has it: remove it, or write another "kind".` };
    });
  }
  const at = [...path, "kind"];
  if (written === undefined) {
    return [
      {
        code: "schema/missing-field",
        path: at,
        message: `${nameField(path, document)} has no "kind".`,
        help: `one of ${listWords(kinds)}.`,
      },
    ];
  }
  if (typeof written !== "string") {
    const message = `${nameField(at, document)} must be ${listWords(kinds)}; it is ${jsonTypeOf(written)}.`;
    return [{ code: "schema/wrong-type", path: at, message }];
  }
  const nearest = ofKind(closest(written, kinds) ?? "");
  return [
    unknownWord(kinds, written, at, "schema/unknown-kind", document),
    // What else is wrong is told by the kind that was meant.
    ...(nearest === undefined
      ? []
      : explainValue(nearest, { ...value, kind: closest(written, kinds) }, path, document)),
  ];
}
