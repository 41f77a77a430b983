import { circuitJsonSchema, type CircuitSpec, parseCircuit, validateCircuit } from "@settle/spec";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { arbitraryCircuit, arbitraryTemplate, nearlyCircuit } from "./arbitrary-circuit.ts";

const schema = circuitJsonSchema();
const root = fileURLToPath(new URL("../../../", import.meta.url));
const published = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** What the schema cannot express; `checkMeaning` and the count of parts report these. */
const beyondTheSchema: ReadonlySet<string> = new Set([
  "parse/bad-expression",
  "schema/empty-range",
  "schema/too-many-parts",
  "template/unknown-parameter",
  "template/bad-default",
]);

/** Whether our own check takes the document, as far as a JSON Schema can tell. */
function fits(document: unknown): boolean {
  return validateCircuit(document).diagnostics.every(({ code }) => beyondTheSchema.has(code));
}

/** What the published schema says against a document. */
function complaints(document: unknown): unknown {
  return published(document) ? [] : published.errors;
}

describe("the committed JSON Schema", () => {
  test("is current (write it anew with `pnpm --filter @settle/spec schema`)", async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../schema/circuit-v1.schema.json");
  });

  test("describes every field", () => {
    const without: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as { readonly properties?: Record<string, Record<string, unknown>> };
      for (const [name, field] of Object.entries(properties ?? {})) {
        const described = ["description", "$ref", "not"].some((key) => key in field);
        if (!described) without.push(`${at}/${name}`);
        visit(field, `${at}/${name}`);
      }
      for (const [key, child] of Object.entries(rest)) visit(child, `${at}/${key}`);
    };
    visit(schema, "");
    expect(without).toEqual([]);
  });
});

describe("zod and the published schema agree", () => {
  const circuits = readdirSync(`${root}circuits`, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("circuit.json"),
  );

  test("there are circuits to try", () => {
    expect(circuits.length).toBeGreaterThan(3);
  });

  test.each(circuits)("on circuits/%s", (name) => {
    const text = readFileSync(`${root}circuits/${name}`, "utf8");
    expect(parseCircuit(text).diagnostics).toEqual([]);
    expect(complaints(parse(text))).toEqual([]);
  });

  test("on circuits that fit", () => {
    fc.assert(
      fc.property(arbitraryCircuit, (circuit) => {
        expect(validateCircuit(circuit).diagnostics).toEqual([]);
        expect(complaints(circuit)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("on templates, but for values of parameters that do not fit where they stand", () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitraryTemplate, (document) => {
        expect(complaints(document)).toEqual([]);
        const { diagnostics } = validateCircuit(document);
        if (diagnostics.every(({ severity }) => severity !== "error")) accepted++;
        for (const { code, note } of diagnostics) {
          if (!beyondTheSchema.has(code)) expect(note).toMatch(/^the value of parameter "p\d"$/);
        }
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("on documents that nearly fit, most of which do not", () => {
    let refused = 0;
    fc.assert(
      fc.property(nearlyCircuit, (document) => {
        const ours = fits(document);
        if (!ours) refused++;
        expect(published(document)).toBe(ours);
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test("on keys that reach a prototype", () => {
    const circuit = { version: 1, name: "a", states: {}, errors: {}, synapses: {} } satisfies CircuitSpec;
    expect(published(circuit)).toBe(true);
    for (const key of ["__proto__", "constructor", "prototype"]) {
      for (const text of [`{ "${key}": {} }`, `{ "a": { "${key}": {} } }`]) {
        const document = { ...circuit, states: JSON.parse(text) as unknown };
        expect(published(document)).toBe(false);
        expect(fits(document)).toBe(false);
      }
    }
  });
});
