import type { Diagnostic } from "@settle/diagnostics";
import type { CircuitSpec } from "../circuit-spec.ts";
import { circuitSchema } from "../schema/circuit-schema.ts";
import { memorySource, type SourceText } from "../text/source-text.ts";
import { checkMeaning } from "./check-meaning.ts";
import { circuitDocument } from "./document-kind.ts";
import type { Fault } from "./fault.ts";
import { validateDocument } from "./validate-document.ts";

/** States, error nodes and synapses a circuit may have together. */
const maximumParts = 10_000;

export interface CircuitResult {
  /** Absent when a diagnostic is an error. */
  readonly spec?: CircuitSpec;
  /** Every fault, in file order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks that a value is a circuit: its fields, their types and ranges, the text of its expressions. Whether its parts
 * fit each other is for the compiler to say.
 *
 * @param value   anything; a field that is `undefined` counts as left out
 * @param source  gives faults their line and column; without it they have a JSON pointer
 */
export function validateCircuit(value: unknown, source: SourceText = memorySource()): CircuitResult {
  const { document, diagnostics } = validateDocument(value, source, {
    kind: circuitDocument,
    schema: circuitSchema,
    checkSize: checkPartCount,
    checkMeaning,
  });
  return { ...(document !== undefined && { spec: document as CircuitSpec }), diagnostics };
}

/** Judged before the fields: to explain each of a million would take minutes. */
function checkPartCount(document: unknown): Fault | undefined {
  const sections = document as Readonly<Record<string, unknown>>;
  let count = 0;
  for (const section of ["states", "errors", "synapses"]) {
    const parts = sections[section];
    if (typeof parts === "object" && parts !== null) count += Object.keys(parts).length;
  }
  if (count <= maximumParts) return undefined;
  return {
    code: "schema/too-many-parts",
    path: [],
    message: `The circuit has ${count} states, error nodes and synapses; it may have ${maximumParts}.`,
    help: "a map of many channels is one state, not many.",
  };
}
