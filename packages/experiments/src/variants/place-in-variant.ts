/** Where in an experiment a fault of a variant's circuit comes from. */
import { formatPointer, parsePointer, valueAt } from "@settle/diagnostics";
import type { VariantSpec } from "../experiment-spec.ts";

/**
 * The field of the variant that said what a pointer into the patched circuit leads to.
 *
 * @param pointer  into the circuit
 * @returns a path within the variant; `["circuit"]` where the base circuit said it
 */
export function placeInVariant({ merge, patch }: VariantSpec, pointer: string): readonly (string | number)[] {
  // What a later operation said counts; of an operation on a part of what is meant, too.
  for (let i = (patch?.length ?? 0) - 1; i >= 0; i--) {
    const operation = patch?.[i];
    if (operation !== undefined && (isWithin(pointer, operation.path) || isWithin(operation.path, pointer))) {
      const inside = parsePointer(pointer).slice(parsePointer(operation.path).length);
      const value = formatPointer(["value", ...inside]);
      return inside.length > 0 && valueAt(operation, value) !== undefined
        ? ["patch", i, ...parsePointer(value)]
        : ["patch", i];
    }
  }
  const path = parsePointer(pointer);
  for (let length = merge === undefined ? 0 : path.length; length > 0; length--) {
    const steps = path.slice(0, length);
    if (valueAt(merge, formatPointer(steps)) !== undefined && !isPassage(merge, steps, path.length)) {
      return ["merge", ...steps];
    }
  }
  return ["circuit"];
}

/** Whether `merge` only passes through a place on its way to others: the fault is not its. */
function isPassage(merge: unknown, steps: readonly string[], depth: number): boolean {
  if (steps.length === depth) return false;
  const value = valueAt(merge, formatPointer(steps));
  // `{ "states": { "z1": … } }` says something of z1, and nothing of the other states.
  return typeof value === "object" && value !== null && steps.length < 2;
}

function isWithin(pointer: string, whole: string): boolean {
  return pointer === whole || pointer.startsWith(`${whole}/`);
}
