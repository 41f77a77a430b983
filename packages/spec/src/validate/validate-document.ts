/** Checks a document against its schema, with faults that say what to do: what circuits and experiments have in common. */
import { type Diagnostic, hasErrors, sortDiagnostics } from "@settle/diagnostics";
import type { z } from "zod";
import type { SourceText } from "../text/source-text.ts";
import { checkVersion } from "./check-version.ts";
import type { DocumentKind } from "./document-kind.ts";
import { explainValue } from "./explain-value.ts";
import { type Fault, placeFault } from "./fault.ts";
import { plainValue } from "./plain-value.ts";

/** Diagnostics given at most. */
const maximumDiagnostics = 100;

export interface DocumentChecks {
  readonly kind: DocumentKind;
  readonly schema: z.ZodType;
  /** Whether it is too large to be looked at field by field. */
  readonly checkSize?: (document: unknown) => Fault | undefined;
  /** Puts in what the document refers to, before its fields are judged. */
  readonly fill?: (document: unknown) => FilledDocument;
  /** Faults that the schema cannot express. */
  readonly checkMeaning?: (document: unknown) => readonly Fault[];
}

export interface FilledDocument {
  readonly document: unknown;
  /** What is wrong with the references. */
  readonly faults: readonly Fault[];
  /** A fault of the filled document, said of the one that was written; undefined where it follows from `faults`. */
  readonly retell: (fault: Fault) => Fault | undefined;
}

export interface DocumentResult {
  /** The value, which fits the schema; absent when a diagnostic is an error. */
  readonly document?: unknown;
  /** Every fault, in file order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param value   anything; a field that is `undefined` counts as left out
 * @param source  gives faults their line and column; without text they have a JSON pointer
 */
export function validateDocument(value: unknown, source: SourceText, checks: DocumentChecks): DocumentResult {
  const { kind, schema } = checks;
  const { value: document, faults: notPlain } = plainValue(value, kind);
  if (notPlain.length > 0) return refused(notPlain, source);
  const version = checkVersion(document, kind);
  // Fields of another version mean other things: judging them by this one would mislead.
  if (version !== undefined && version.code !== "schema/missing-version") return refused([version], source);
  const size = checks.checkSize?.(document);
  if (size !== undefined) return refused([size], source);
  const filled: FilledDocument = checks.fill?.(document) ?? { document, faults: [], retell: (fault) => fault };
  const known = version === undefined ? filled.document : { version: kind.version, ...(filled.document as object) };
  const faults = [
    ...(version === undefined ? [] : [version]),
    ...filled.faults,
    ...[...explainValue(schema, known, [], kind), ...(checks.checkMeaning?.(filled.document) ?? [])].flatMap(
      (fault) => filled.retell(fault) ?? [],
    ),
  ];
  const { diagnostics } = refused(faults, source);
  return { ...(!hasErrors(diagnostics) && { document: filled.document }), diagnostics };
}

function refused(faults: readonly Fault[], source: SourceText): DocumentResult {
  const sorted = sortDiagnostics(faults.map((fault) => placeFault(fault, source)));
  if (sorted.length <= maximumDiagnostics) return { diagnostics: sorted };
  const more: Diagnostic = {
    code: "schema/more-faults",
    severity: "error",
    message: `There are more faults than the ${maximumDiagnostics} shown.`,
    help: "mend these first.",
    ...(source.file !== undefined && { file: source.file }),
    pointer: "",
  };
  return { diagnostics: [...sorted.slice(0, maximumDiagnostics), more] };
}
