/** Puts the values of parameters where a circuit refers to them. */
import { formatPointer } from "@settle/diagnostics";
import { referenceKey } from "../schema/parameter-schema.ts";
import type { Fault } from "../validate/fault.ts";
import { nameField } from "../validate/name-path.ts";
import { type ChosenParameters, unknownParameter } from "./choose-parameters.ts";

type Path = readonly (string | number)[];

export interface Filled {
  readonly document: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
  /** Name of the parameter by JSON pointer of the field that refers to it. */
  readonly references: ReadonlyMap<string, string>;
}

/** What may be varied; the circuit's name and the like say which circuit it is. */
const sections: readonly string[] = ["defaults", "states", "errors", "synapses", "laterals", "settle", "learn"];

export function fillParameters(document: Readonly<Record<string, unknown>>, chosen: ChosenParameters): Filled {
  const faults: Fault[] = [];
  const references = new Map<string, string>();
  const fill = (value: unknown, path: Path): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((entry, index) => fill(entry, [...path, index]));
    const fields = value as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(fields, referenceKey)) {
      return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fill(field, [...path, key])]));
    }
    const name = fields[referenceKey];
    if (typeof name !== "string" || Object.keys(fields).length > 1) {
      faults.push({
        code: "template/bad-reference",
        path,
        message: `${nameField(path)} does not refer to a parameter as it should.`,
        help: `write { "${referenceKey}": "name" } and nothing beside it.`,
      });
      return value;
    }
    const parameter = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
    if (parameter === undefined) {
      faults.push(unknownParameter(name, Object.keys(chosen), path));
      return value;
    }
    references.set(formatPointer(path), name);
    return parameter.value;
  };
  const filled = Object.entries(document).map(([key, value]) => [
    key,
    sections.includes(key) ? fill(value, [key]) : value,
  ]);
  return { document: Object.fromEntries(filled) as Record<string, unknown>, faults, references };
}

/** The parameters that nothing refers to. */
export function unusedParameters(chosen: ChosenParameters, references: Filled["references"]): readonly Fault[] {
  const used = new Set(references.values());
  return Object.keys(chosen)
    .filter((name) => !used.has(name))
    .map((name) => ({
      code: "template/unused-parameter",
      path: ["parameters", name],
      at: "key",
      severity: "warning",
      message: `Nothing refers to parameter "${name}".`,
      help: `write { "${referenceKey}": "${name}" } where its value belongs, or remove it.`,
    }));
}
