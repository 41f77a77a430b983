import { formatPointer } from "@settle/diagnostics";
import { circuitDocument, type DocumentKind } from "./document-kind.ts";
import type { Fault } from "./fault.ts";
import { forbiddenKey, forbiddenKeys } from "./forbidden-key.ts";

/**
 * A copy of a value that holds nothing but JSON: own fields only, `undefined` ones left out. What JSON cannot hold is
 * reported; a document built in a program may hold anything.
 */
export function plainValue(
  input: unknown,
  { noun, article }: DocumentKind = circuitDocument,
): { readonly value: unknown; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const open = new Set<object>();
  const copy = (value: unknown, path: readonly (string | number)[]): unknown => {
    const refuse = (what: string, help: string): undefined => {
      faults.push({
        code: "schema/not-json",
        path,
        message: `${formatPointer(path) || `The ${noun}`} is ${what}.`,
        help,
      });
      return undefined;
    };
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : refuse(String(value), "give it a finite number.");
      case "object":
        break;
      default:
        return refuse(`a ${typeof value}`, `${article} holds numbers, texts, true, false, lists and objects.`);
    }
    if (value === null) return null;
    if (open.has(value)) return refuse("inside itself", `${article} is a tree: write the part out again.`);
    if (open.size >= maximumDepth)
      return refuse(`nested more than ${maximumDepth} deep`, `${article} needs a dozen levels at most.`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      return refuse("an instance of a class", "write a plain object.");
    }
    open.add(value);
    const result = Array.isArray(value)
      ? Array.from(value, (entry: unknown, index) => copy(entry, [...path, index]))
      : copyFields(value, path);
    open.delete(value);
    return result;
  };
  const copyFields = (object: object, path: readonly (string | number)[]): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(object)) {
      const { severity: _, ...fault } = forbiddenKey(key);
      if (forbiddenKeys.has(key)) faults.push({ ...fault, path: [...path, key], at: "key" });
      else if (field !== undefined) result[key] = copy(field, [...path, key]);
    }
    return result;
  };
  return { value: copy(input, []), faults };
}

/** As deep as a file may be. */
const maximumDepth = 64;
