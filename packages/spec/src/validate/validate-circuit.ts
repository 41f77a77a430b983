import { type Diagnostic, sortDiagnostics } from "@settle/diagnostics";
import type { CircuitSpec } from "../circuit-spec.ts";
import { circuitSchema } from "../schema/circuit-schema.ts";
import { memorySource, type SourceText } from "../text/source-text.ts";
import { checkMeaning } from "./check-meaning.ts";
import { checkVersion } from "./check-version.ts";
import { explainValue } from "./explain-value.ts";
import { type Fault, placeFault } from "./fault.ts";
import { plainValue } from "./plain-value.ts";

/** States, error nodes and synapses a circuit may have together. */
const maximumParts = 10_000;
/** Diagnostics given at most. */
const maximumDiagnostics = 100;

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
  const { value: document, faults: notPlain } = plainValue(value);
  if (notPlain.length > 0) return refused(notPlain, source);
  const version = checkVersion(document);
  // Fields of another version mean other things: judging them by this one would mislead.
  if (version !== undefined && version.code !== "schema/missing-version") return refused([version], source);
  const parts = checkPartCount(document);
  if (parts !== undefined) return refused([parts], source);
  const known = version === undefined ? document : { version: 1, ...(document as object) };
  const faults = [
    ...(version === undefined ? [] : [version]),
    ...explainValue(circuitSchema, known),
    ...checkMeaning(document),
  ];
  return faults.length > 0 ? refused(faults, source) : { spec: document as CircuitSpec, diagnostics: [] };
}

function refused(faults: readonly Fault[], source: SourceText): CircuitResult {
  const sorted = sortDiagnostics(faults.map((fault) => placeFault(fault, source)));
  if (sorted.length <= maximumDiagnostics) return { diagnostics: sorted };
  const more: Diagnostic = {
    code: "schema/more-faults",
    severity: "error",
    message: `There are more faults than the ${maximumDiagnostics} shown.`,
    help: "mend these first.",
    ...(source.file !== undefined && { file: source.file }),
    pointer: "",
  };
  return { diagnostics: [...sorted.slice(0, maximumDiagnostics), more] };
}

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
