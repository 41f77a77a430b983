import type { Diagnostic, PatchOperation, Severity } from "./diagnostic.ts";
import { hasErrors } from "./has-errors.ts";

/** A diagnostic as scripts read it. What is not known (a circuit built in memory has no lines) is null. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly pointer: string;
  readonly note?: string;
  readonly help?: string;
  readonly repair?: readonly PatchOperation[];
}

/** What `settle check --json` prints. */
export interface CheckJson {
  /** True when no diagnostic is an error. */
  readonly ok: boolean;
  readonly diagnostics: readonly DiagnosticJson[];
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): CheckJson {
  return { ok: !hasErrors(diagnostics), diagnostics: diagnostics.map(diagnosticJson) };
}

export function diagnosticJson(diagnostic: Diagnostic): DiagnosticJson {
  const { code, severity, message, file, line, column, pointer, note, help, repair } = diagnostic;
  return {
    code,
    severity,
    message,
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    pointer,
    ...(note !== undefined && { note }),
    ...(help !== undefined && { help }),
    ...(repair !== undefined && { repair }),
  };
}
