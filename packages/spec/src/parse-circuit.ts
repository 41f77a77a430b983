import { hasErrors, sortDiagnostics } from "@settle/diagnostics";
import { readJsonText } from "./text/read-json-text.ts";
import type { GivenParameters } from "./template/choose-parameters.ts";
import type { SourceText } from "./text/source-text.ts";
import { type CircuitResult, validateCircuit } from "./validate/validate-circuit.ts";

export interface ParsedCircuit extends CircuitResult {
  /** Gives later passes the places of what they find. */
  readonly source: SourceText;
}

/**
 * Reads a circuit from JSON text; comments and trailing commas are accepted.
 *
 * Never throws for what the text says. Broken JSON is reported alone: what a repaired reading would hold is a guess.
 *
 * @param options.file        path for the diagnostics, as the user gave it
 * @param options.parameters  values of the circuit's parameters; the others have their defaults
 */
export function parseCircuit(
  text: string,
  options: { readonly file?: string; readonly parameters?: GivenParameters } = {},
): ParsedCircuit {
  const { value, diagnostics: textual, source } = readJsonText(text, options.file);
  if (value === undefined) return { diagnostics: sortDiagnostics(textual), source };
  const { spec, parameters, references, diagnostics: shape } = validateCircuit(value, source, options.parameters);
  const diagnostics = sortDiagnostics([...textual, ...shape]);
  const circuit = spec === undefined || hasErrors(textual) ? {} : { spec, ...(parameters && { parameters }) };
  return { ...circuit, diagnostics, source: references === undefined ? source : withParameters(source, references) };
}

function withParameters(source: SourceText, references: ReadonlyMap<string, string>): SourceText {
  return {
    ...source,
    parametersIn: (pointer) => {
      const inside = [...references].filter(([field]) => field === pointer || field.startsWith(`${pointer}/`));
      return [...new Set(inside.map(([, name]) => name))];
    },
  };
}
