/** Applies the safe repairs that diagnostics carry to the text of a circuit, or of another document that is judged so. */
import { compile } from "@settle/compiler";
import { type Diagnostic, hasErrors, type PatchOperation, settleError } from "@settle/diagnostics";
import { applyPatch, parseCircuit, type SourceText } from "@settle/spec";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileFault } from "@settle/runs";
import type { LoadOptions } from "./load-circuit.ts";

export interface FixResult {
  readonly file: string;
  readonly before: string;
  /** Equal to `before` where there was nothing to repair. Comments and layout are kept. */
  readonly after: string;
  /** In the order in which they were applied. */
  readonly applied: readonly { readonly diagnostic: Diagnostic; readonly patch: readonly PatchOperation[] }[];
  /** What is still wrong with `after`, with the places there. */
  readonly remaining: readonly Diagnostic[];
  readonly source: SourceText;
  /** Whether no error remains. */
  readonly ok: boolean;
}

/** A repair may bring to light what it hid; past this something goes in circles. */
const mostRepairs = 1000;

/** What is wrong with a text, in file order. */
export type Judge = (
  text: string,
  file: string,
) => { readonly diagnostics: readonly Diagnostic[]; readonly source: SourceText };

/** As `fixDocument`, for a circuit. */
export const fixCircuit = (file: string, options: LoadOptions = {}): Promise<FixResult> =>
  fixDocument(file, judgeCircuit, options);

/**
 * Repairs a file as far as its diagnostics know how, and returns the new text without writing it.
 *
 * One repair is applied at a time and the file judged anew, so that each repair is made for the text it is applied to.
 *
 * @param file  a `.json` or `.jsonc` file
 * @throws {SettleError} `fix/not-json`, and `runs/…` where the file cannot be read
 */
export async function fixDocument(file: string, judge: Judge, { from }: LoadOptions = {}): Promise<FixResult> {
  if (!/\.jsonc?$/.test(file)) {
    throw settleError("fix/not-json", `"${file}" is not a JSON file; repairs are made in JSON text.`, {
      file,
      help: "name a .json or .jsonc file; `settle check` shows what is wrong with others.",
    });
  }
  const before = await readFile(resolve(from ?? process.cwd(), file), "utf8").catch((fault: unknown) => {
    throw fileFault(fault, file, "read the file");
  });
  let text = before;
  const applied: { readonly diagnostic: Diagnostic; readonly patch: readonly PatchOperation[] }[] = [];
  const seen = new Set([text]);
  let judged = judge(text, file);
  while (applied.length < mostRepairs) {
    const next = firstRepair(text, judged.diagnostics, seen);
    if (next === undefined) break;
    applied.push({ diagnostic: next.diagnostic, patch: next.patch });
    text = next.text;
    seen.add(text);
    judged = judge(text, file);
  }
  const { diagnostics: remaining, source } = judged;
  return { file, before, after: text, applied, remaining, source, ok: !hasErrors(remaining) };
}

/** The first repair in file order that applies and leads to a text not seen before. */
function firstRepair(text: string, diagnostics: readonly Diagnostic[], seen: ReadonlySet<string>) {
  for (const diagnostic of diagnostics) {
    const { repair: patch } = diagnostic;
    const repaired = patch === undefined ? undefined : applyPatch(text, patch);
    if (patch !== undefined && repaired !== undefined && !seen.has(repaired))
      return { diagnostic, patch, text: repaired };
  }
  return undefined;
}

const judgeCircuit: Judge = (text, file) => {
  const { spec, diagnostics, source } = parseCircuit(text, { file });
  if (spec === undefined) return { diagnostics, source };
  return { diagnostics: [...diagnostics, ...compile(spec, { source }).diagnostics], source };
};
