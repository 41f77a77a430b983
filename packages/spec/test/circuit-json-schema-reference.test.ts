import { circuitJsonSchema } from "@settle/spec";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fieldExamples } from "./reference/field-examples.ts";
import { allFields, languageReference } from "./reference/language-reference.ts";

const page = fileURLToPath(new URL("../../../docs/reference/circuit-language.md", import.meta.url));
const fields = allFields();
const keyOf = ({ definition, kind, name }: (typeof fields)[number]): string =>
  [definition, ...(kind === undefined ? [] : [kind]), name].join("/");

describe("the language reference", () => {
  it("is current (write it anew with SETTLE_WRITE_EXPECTED=1 npx vitest run circuit-json-schema)", () => {
    if (process.env["SETTLE_WRITE_EXPECTED"] === "1") writeFileSync(page, languageReference());
    expect(readFileSync(page, "utf8")).toBe(languageReference());
  });

  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  ajv.addSchema(circuitJsonSchema(), "circuit");
  const schemaOf = (definition: string) => ({
    $ref: definition === "Circuit" ? "circuit" : `circuit#/$defs/${definition}`,
  });

  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  const fitting = (definition: string): ReturnType<typeof ajv.compile> => {
    const fits = compiled.get(definition) ?? ajv.compile(schemaOf(definition));
    compiled.set(definition, fits);
    return fits;
  };

  it.each(fields.map((field) => [keyOf(field), field] as const))("has an example of %s that fits", (_key, field) => {
    const fits = fitting(field.definition);
    void fits(field.whole);
    expect(fits.errors ?? []).toEqual([]);
  });

  it("keeps no example of a field that is gone", () => {
    const known = new Set(fields.flatMap((field) => [keyOf(field), `${field.definition}/${field.name}`]));
    expect(Object.keys(fieldExamples).filter((key) => !known.has(key))).toEqual([]);
  });

  it("says of every field what it is", () => {
    const rows = languageReference()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.filter((row) => /\| {2}\|/.test(row))).toEqual([]);
  });
});
