/** What a person is told when something is wrong: one shape for every stage, so that every front end renders it alike. */

export type Severity = "error" | "warning" | "info";

/** One RFC 6902 operation. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string };

/** Where a fault lies in the file the user wrote. */
export interface Place {
  /** Path as the user gave it; absent for circuits built in memory. */
  readonly file?: string;
  /** 1-based; absent where the source has no text positions (TypeScript circuits). */
  readonly line?: number;
  readonly column?: number;
  /** How many characters to underline. */
  readonly length?: number;
  /** JSON pointer (RFC 6901) of the field at fault; `""` is the whole document. */
  readonly pointer: string;
}

export interface Diagnostic extends Place {
  /** `stage/what`, from the table of codes; the docs page is `docs/diagnostics/<stage>-<what>.md`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Said under the underlined text. */
  readonly note?: string;
  /** What to do about it. */
  readonly help?: string;
  /** A repair that cannot change the meaning of what the user wrote. */
  readonly repair?: readonly PatchOperation[];
}

/** A fault met while running (as against one in the user's file): carries the diagnostic that says what to do. */
export class SettleError extends Error {
  override readonly name = "SettleError";
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(`${diagnostic.code}: ${diagnostic.message}`, options);
    this.diagnostic = diagnostic;
  }
}

/** Builds the error for a fault that has no place in a circuit file. */
export function settleError(
  code: string,
  message: string,
  details: Partial<Omit<Diagnostic, "code" | "message">> & { readonly cause?: unknown } = {},
): SettleError {
  const { cause, ...rest } = details;
  return new SettleError(
    { code, severity: "error", message, pointer: "", ...rest },
    cause === undefined ? undefined : { cause },
  );
}
