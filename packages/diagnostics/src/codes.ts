import type { Severity } from "./diagnostic.ts";

/** What a code stands for. Each has a page, `docs/diagnostics/<stage>-<what>.md`. */
export interface CodeEntry {
  readonly severity: Severity;
  /** One line, said of the fault in general. */
  readonly meaning: string;
}

const error = (meaning: string): CodeEntry => ({ severity: "error", meaning });

/** Every code Settle can report, by the stage that finds the fault. */
export const codes = {
  "parse/not-json": error("The file is not JSON."),
  "parse/syntax": error("The JSON is broken at this place."),
  "parse/duplicate-id": error("An object has the same key twice."),
  "parse/forbidden-key": error("A key has a name JavaScript keeps for itself."),
  "parse/too-large": error("The file is longer than a circuit may be."),
  "parse/too-deep": error("The values are nested deeper than a circuit can be."),
  "parse/bad-expression": error("A custom activation is not an expression in x."),

  "schema/not-a-circuit": error("The document is not an object."),
  "schema/not-json": error("A circuit built in memory holds something JSON cannot: a function, NaN, a cycle."),
  "schema/missing-version": error("The circuit does not say which version of the language it is written in."),
  "schema/newer-version": error("The circuit is written in a newer version of the language."),
  "schema/missing-field": error("A field that must be there is missing."),
  "schema/unknown-field": error("The part has no such field."),
  "schema/unknown-kind": error("There is no such kind of activation, synapse, prior, …"),
  "schema/unknown-value": error("The field accepts a few words, and this is none of them."),
  "schema/wrong-type": error("The field holds another type of value than it may."),
  "schema/out-of-range": error("A number is negative, zero, too large or not whole where it may not be."),
  "schema/bad-id": error("The id of a part has a character ids may not have."),
  "schema/bad-name": error("A name has a character it may not have."),
  "schema/bad-length": error("A list has too few or too many entries."),
  "schema/empty-range": error("The upper bound of a uniform law is not above the lower one."),
  "schema/softmax-activation": error("Softmax is the activation of a state; it can only be the output of an error node."),
  "schema/more-faults": error("The file has more faults than are shown."),
  "schema/too-many-parts": error("The circuit has more parts than Settle takes."),
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof codes;

/** The docs page of a code, from the root of the repository. */
export function docsPage(code: string): string {
  return `docs/diagnostics/${code.replace("/", "-")}.md`;
}
