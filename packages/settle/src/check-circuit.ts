import { type Diagnostic, hasErrors } from "@settle/diagnostics";
import type { SourceText } from "@settle/spec";
import { type LoadOptions, readCircuit } from "./load-circuit.ts";

export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly source?: SourceText;
  /** One line about a circuit without errors: `5 states, 4 errors, 4 synapses, 9,288 parameters`. */
  readonly summary?: string;
}

/** Everything that is wrong with a circuit: parses, validates and compiles it. Never throws for a fault of the user's. */
export async function checkCircuit(reference: string, options: LoadOptions = {}): Promise<CheckResult> {
  const read = await readCircuit(reference, options);
  if (!read.ok) return read;
  const { compile } = await import("@settle/compiler");
  const compiled = compile(read.spec, { source: read.source });
  const diagnostics = [...read.diagnostics, ...compiled.diagnostics];
  if (!compiled.ok || hasErrors(diagnostics)) return { diagnostics, source: read.source };
  const { states, errors, synapses } = read.spec;
  const counts = [
    `${Object.keys(states).length} states`,
    `${Object.keys(errors).length} errors`,
    `${Object.keys(synapses).length} synapses`,
    `${compiled.analysis.parameters.total.toLocaleString("en")} parameters`,
  ];
  return { diagnostics, source: read.source, summary: counts.join(", ") };
}
