/** From a parsed conformance file to a fixture, or to what is wrong with it. */
import { type Diagnostic, formatPointer } from "@settle/diagnostics";

import { type Fixture, fixtureSchema } from "./fixture.ts";

export type ParsedFixture =
  | { readonly kind: "fixture"; readonly fixture: Fixture }
  /** Whole, but with fields this version has no translation for. */
  | { readonly kind: "unknown-fields"; readonly fields: readonly string[] }
  | { readonly kind: "damaged"; readonly diagnostics: readonly Diagnostic[] };

/**
 * @param json  the parsed file
 * @param file  named in the diagnostics, `conformance/damaged-fixture`
 */
export function parseFixture(json: unknown, file: string): ParsedFixture {
  const result = fixtureSchema.safeParse(json);
  if (result.success) return { kind: "fixture", fixture: result.data };
  const pathOf = (path: readonly PropertyKey[]): string => formatPointer(path.map(String));
  const fields: string[] = [];
  const faults: Diagnostic[] = [];
  for (const issue of result.error.issues) {
    if (issue.code === "unrecognized_keys") fields.push(...issue.keys.map((key) => pathOf([...issue.path, key])));
    else faults.push(damaged(file, pathOf(issue.path), `${pathOf(issue.path) || "The file"}: ${issue.message}.`));
  }
  return faults.length > 0 ? { kind: "damaged", diagnostics: faults } : { kind: "unknown-fields", fields };
}

/** A diagnostic for a file that does not hold what a fixture must. */
export function damaged(file: string, pointer: string, message: string): Diagnostic {
  return {
    code: "conformance/damaged-fixture",
    severity: "error",
    message,
    file,
    pointer,
    help: "take the file from its source again; packages/conformance/fixtures/README.md describes the format",
  };
}
