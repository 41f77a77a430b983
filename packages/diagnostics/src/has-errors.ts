import type { Diagnostic } from "./diagnostic.ts";

/** Whether any of them stops the work; warnings and infos do not. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
