import { type Diagnostic, SettleError } from "@settle/diagnostics";

/** The diagnostic a call fails with. */
export async function diagnosticOf(call: Promise<unknown>): Promise<Diagnostic> {
  const error: unknown = await call.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof SettleError) return error.diagnostic;
  throw error;
}
