/** A circuit with the changes that an experiment makes to it: JSON Merge Patch, then JSON Patch. */
import { applyPatch, type Operation } from "rfc6902";
import type { VariantSpec } from "../experiment-spec.ts";

export interface ChangeFault {
  /** Path within the variant: `["patch", 2]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ChangedCircuit {
  /** Not yet known to be a circuit. */
  readonly value: unknown;
  readonly faults: readonly ChangeFault[];
}

/** @param circuit is not written */
export function changeCircuit(circuit: unknown, { merge, patch }: VariantSpec): ChangedCircuit {
  let value = structuredClone(circuit);
  if (merge !== undefined) value = mergePatch(value, merge);
  const faults: ChangeFault[] = [];
  for (const [i, operation] of (patch ?? []).entries()) {
    const [fault] = applyPatch(value, [structuredClone(operation) as Operation]);
    if (fault !== null && fault !== undefined) faults.push({ path: ["patch", i], message: explain(operation, fault) });
  }
  return { value, faults };
}

/**
 * What objects say is put into the target, null takes out, everything else takes its place.
 * @source RFC7396
 */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function explain({ op, path, from }: NonNullable<VariantSpec["patch"]>[number], fault: Error): string {
  switch (fault.name) {
    case "MissingError":
      return `"${op === "move" || op === "copy" ? from : path}" is not in the circuit`;
    case "TestError":
      return `"${path}" is not what the test expects`;
    default:
      return `the operation cannot be done: ${fault.message}`;
  }
}
