/**
 * A diagnostic as text: what is wrong, where, the line itself with the fault underlined, what to do, where to read more.
 *
 *     error[resolve/unknown-state]  Synapse "W2" comes from "z9", but no state has that id.
 *       at circuits/mine.json:31:14   /synapses/W2/from
 *       31 |   "from": "z9",
 *          |           ^^^^ did you mean "z2"?
 *       help: write "z2".                                docs/diagnostics/resolve-unknown-state.md
 */
import pc from "picocolors";
import { docsPage } from "./codes.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";

export interface RenderOptions {
  /** ANSI colours. Default false. */
  readonly color?: boolean;
}

/** Renders one diagnostic, without a newline at its end. `sourceText` is the file's text; without it no line is shown. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sourceText?: string,
  { color = false }: RenderOptions = {},
): string {
  const paint = pc.createColors(color);
  const severity: Record<Severity, (text: string) => string> = {
    error: paint.red,
    warning: paint.yellow,
    info: paint.cyan,
  };
  const tint = severity[diagnostic.severity];
  const lines = [`${paint.bold(tint(`${diagnostic.severity}[${diagnostic.code}]`))}  ${diagnostic.message}`];
  const where = describePlace(diagnostic);
  if (where !== "") lines.push(`  at ${paint.cyan(where)}`);
  const frame = sourceText === undefined ? undefined : cutFrame(diagnostic, sourceText);
  if (frame !== undefined) {
    const note = diagnostic.note === undefined ? "" : ` ${diagnostic.note}`;
    lines.push(`  ${paint.dim(`${frame.number} |`)} ${frame.text}`);
    lines.push(`  ${paint.dim(`${" ".repeat(frame.number.length)} |`)} ${frame.indent}${tint(frame.carets + note)}`);
  } else if (diagnostic.note !== undefined) {
    lines.push(`  note: ${diagnostic.note}`);
  }
  const help = diagnostic.help === undefined ? "" : `help: ${diagnostic.help}`;
  const gap = help === "" ? "see " : " ".repeat(Math.max(3, helpWidth - help.length));
  lines.push(`  ${help}${gap}${paint.dim(docsPage(diagnostic.code))}`);
  return lines.join("\n");
}

/** Renders several, a blank line between them. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceText?: string,
  options: RenderOptions = {},
): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sourceText, options)).join("\n\n");
}

/** Column at which the docs page begins, counted from the word "help", unless the help is longer. */
const helpWidth = 53;
/** Longest piece of a line that is shown. */
const frameWidth = 100;

function describePlace({ file, line, column, pointer }: Diagnostic): string {
  const position = line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
  const place = file === undefined ? (position === "" ? "" : `line ${position.slice(1)}`) : `${file}${position}`;
  return [place, pointer].filter((part) => part !== "").join("   ");
}

interface Frame {
  readonly number: string;
  readonly text: string;
  readonly indent: string;
  readonly carets: string;
}

function cutFrame({ line, column = 1, length = 1 }: Diagnostic, sourceText: string): Frame | undefined {
  if (line === undefined) return undefined;
  const full = sourceText.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)[line - 1];
  if (full === undefined) return undefined;
  // A tab or a control character would move the caret away from what it points at.
  const printable = full.replaceAll(/\p{Cc}/gu, " ");
  const at = Math.min(column - 1, printable.length);
  const from = printable.length <= frameWidth ? 0 : Math.max(0, Math.min(at - 30, printable.length - frameWidth));
  const piece = printable.slice(from, from + frameWidth);
  const left = from > 0 ? "…" : "";
  const right = from + frameWidth < printable.length ? "…" : "";
  const carets = Math.max(1, Math.min(length, from + piece.length - at));
  return {
    number: String(line),
    text: `${left}${piece}${right}`.trimEnd(),
    indent: " ".repeat(at - from + left.length),
    carets: "^".repeat(carets),
  };
}
