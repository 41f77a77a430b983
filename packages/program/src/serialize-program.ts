/** Programs as JSON files: `settle compile -o FILE` writes one, any engine's host can read it back. */
import type { Program } from "./program.ts";
import { verifyProgram } from "./verify-program.ts";

/** JSON text; numbers that JSON lacks (infinities in scalar expressions) are written as `{"number": "Infinity"}`. */
export function serializeProgram(program: Program): string {
  return `${JSON.stringify(program, (_key, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value), 1)}\n`;
}

/**
 * Reads a Program back and checks it.
 *
 * @returns the Program, or why the text is none
 */
export function parseProgram(text: string): { readonly program: Program } | { readonly faults: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, part: unknown) => (isWrittenNumber(part) ? Number(part.number) : part));
  } catch (error) {
    return { faults: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const header = value as { readonly format?: unknown; readonly version?: unknown } | null;
  if (typeof header !== "object" || header?.format !== "settle-program") return { faults: ["not a Program file"] };
  if (header.version !== 1) return { faults: [`version ${String(header.version)} is not known here (known: 1)`] };
  let faults: readonly string[];
  try {
    faults = verifyProgram(value as Program);
  } catch {
    return { faults: ["a part is missing or of the wrong kind"] };
  }
  return faults.length === 0 ? { program: value as Program } : { faults };
}

function isWrittenNumber(value: unknown): value is { readonly number: string } {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) return false;
  const { number } = value as { readonly number?: unknown };
  return number === "Infinity" || number === "-Infinity" || number === "NaN";
}
