/** Faults of a document that its schema cannot express: the text of custom activations, the order of two bounds. */
import { tryReadExpression } from "../expression/read-expression.ts";
import type { Fault } from "./fault.ts";
import { nameField } from "./name-path.ts";

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** `document` need not fit the schema: what can be judged is, so that all faults are told at once. */
export function checkMeaning(document: unknown, path: Path = []): readonly Fault[] {
  if (typeof document !== "object" || document === null) return [];
  const fields = document as Fields;
  const own =
    fields["kind"] === "custom"
      ? checkCustom(fields, path)
      : fields["kind"] === "uniform"
        ? checkUniform(fields, path)
        : [];
  const inside = Object.entries(fields).flatMap(([key, value]) =>
    checkMeaning(value, [...path, Array.isArray(document) ? Number(key) : key]),
  );
  return [...own, ...inside];
}

function checkCustom(fields: Fields, path: Path): readonly Fault[] {
  return ["expression", "derivative"].flatMap((key) => {
    const text = fields[key];
    if (typeof text !== "string" || text === "") return [];
    const result = tryReadExpression(text);
    if (result.ok) return [];
    const { message, help, from, to } = result.fault;
    return [
      {
        code: "parse/bad-expression",
        path: [...path, key],
        message: `${nameField([...path, key])} is not an expression in x: ${message}.`,
        help:
          help ?? "numbers, x, pi, e, + - * / **, a > b ? c : d, and max min exp log tanh sqrt abs sign erf sigmoid.",
        range: { from, to },
      },
    ];
  });
}

function checkUniform({ low, high }: Fields, path: Path): readonly Fault[] {
  if (typeof low !== "number" || typeof high !== "number" || low < high) return [];
  return [
    {
      code: "schema/empty-range",
      path: [...path, "high"],
      message: `${nameField(path)} runs from ${low} to ${high}: nothing lies between.`,
      help: 'make "high" larger than "low"; one number everywhere is { "kind": "constant", "value": … }.',
    },
  ];
}
