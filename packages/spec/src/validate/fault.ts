import { type Diagnostic, formatPointer } from "@settle/diagnostics";
import type { PlacePart, SourceText } from "../text/source-text.ts";

/** A fault of a document whose place in the text is still to be found. */
export interface Fault extends Pick<Diagnostic, "message" | "note" | "help" | "repair"> {
  readonly code: Diagnostic["code"];
  readonly path: readonly (string | number)[];
  /** Default `error`. */
  readonly severity?: Diagnostic["severity"];
  /** Default `value`. */
  readonly at?: PlacePart;
  /** For a fault inside a text: the characters at fault. */
  readonly range?: { readonly from: number; readonly to: number };
}

export function placeFault({ path, at = "value", range, ...rest }: Fault, source: SourceText): Diagnostic {
  const pointer = formatPointer(path);
  const place = range === undefined ? source.place(pointer, at) : source.placeInText(pointer, range.from, range.to);
  return { severity: "error", ...rest, ...place };
}
