/** From whatever a command threw to what the person reads and the shell's exit code. */
import { type Context } from "./context.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";

/** Faults of the run rather than of what the user gave. */
const runFaults: readonly string[] = ["run/diverged", "run/not-finite"];

export async function renderFault(fault: unknown, context: Context): Promise<ExitCode> {
  const { DocumentError, SettleError } = await import("@settle/settle");
  if (context.interrupt.aborted && (fault === context.interrupt.reason || isAbort(fault))) {
    context.log("Stopped.");
    return exitCodes.interrupted;
  }
  if (fault instanceof SettleError) {
    const diagnostics = fault instanceof DocumentError ? fault.diagnostics : [fault.diagnostic];
    await renderDiagnostics(diagnostics, fault instanceof DocumentError ? fault.source : undefined, context);
    context.document({ ok: false, diagnostics });
    return runFaults.includes(fault.diagnostic.code) ? exitCodes.runFailed : exitCodes.badInput;
  }
  const { bold, red } = context.logColors;
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  context.complain(
    `${bold(red("This is a fault of Settle, not of what you gave it."))} Please report it with this text:\n${text}`,
  );
  context.document({ ok: false, fault: fault instanceof Error ? fault.message : String(fault) });
  return exitCodes.runFailed;
}

function isAbort(fault: unknown): boolean {
  return fault instanceof Error && fault.name === "AbortError";
}
