/** The papers a circuit builds on. */
import { closest, settleError } from "@settle/diagnostics";
import type { CircuitSpec } from "@settle/spec";
import { readFile } from "node:fs/promises";

const bibliography = new URL("../../../docs/references.bib", import.meta.url);

export interface Reference {
  readonly key: string;
  /** The whole entry. */
  readonly bibtex: string;
}

/**
 * The references a circuit names in `sources`, in its order.
 * @throws {SettleError} `cite/unknown-source` for a key that docs/references.bib does not have
 */
export async function citeCircuit(spec: CircuitSpec): Promise<readonly Reference[]> {
  const known = parseBibliography(await readFile(bibliography, "utf8"));
  return (spec.sources ?? []).map((key, i) => {
    const bibtex = known.get(key);
    if (bibtex !== undefined) return { key, bibtex };
    const near = closest(key, known.keys());
    throw settleError("cite/unknown-source", `No reference has the key "${key}".`, {
      pointer: `/sources/${i}`,
      help: near === undefined ? `known are ${[...known.keys()].join(", ")}.` : `did you mean "${near}"?`,
    });
  });
}

/** Cuts a BibTeX file into its entries, `@kind{key, …}`, by counting braces. */
export function parseBibliography(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const opening = /^@\w+\{\s*([^,\s]+)\s*,/gm;
  for (const match of text.matchAll(opening)) {
    let depth = 0;
    let end = text.indexOf("{", match.index);
    do {
      const character = text[end++];
      if (character === "{") depth++;
      if (character === "}") depth--;
      if (character === undefined) throw settleError("cite/damaged", `The entry "${match[1]}" has no end.`);
    } while (depth > 0);
    entries.set(match[1] ?? "", text.slice(match.index, end));
  }
  return entries;
}
