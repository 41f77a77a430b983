import type { Diagnostic, SourceText } from "@settle/settle";
import type { Context } from "./context.ts";

/** Prints diagnostics on stderr, each with the lines it points at. Warnings are silent under --quiet, errors never. */
export async function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceText | undefined,
  context: Context,
): Promise<void> {
  const { renderDiagnostic } = await import("@settle/settle");
  const color = context.logColors.isColorSupported;
  for (const each of diagnostics) {
    if (context.quiet && each.severity !== "error") continue;
    context.complain(renderDiagnostic(each, source?.text, { color }));
    context.complain("");
  }
}
