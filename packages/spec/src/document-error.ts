import { type Diagnostic, SettleError } from "@settle/diagnostics";
import type { SourceText } from "./text/source-text.ts";

/** A document that cannot be used, with all its faults; `diagnostic` is the first. */
export class DocumentError extends SettleError {
  readonly diagnostics: readonly Diagnostic[];
  /** The text they point into, to show lines from. */
  readonly source: SourceText | undefined;

  constructor(diagnostics: readonly Diagnostic[], source?: SourceText) {
    const first = diagnostics.find((each) => each.severity === "error") ?? diagnostics[0];
    if (first === undefined) throw new Error("a DocumentError needs a diagnostic");
    super(first);
    this.diagnostics = diagnostics;
    this.source = source;
  }
}
