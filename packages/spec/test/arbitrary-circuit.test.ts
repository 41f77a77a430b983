import { circuitJsonSchema } from "@settle/spec";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryCircuit, arbitraryTemplate } from "./arbitrary-circuit.ts";
import { markPlaces, placesOf } from "./schema-places.ts";

test("random circuits come to have every field, kind and word of the schema", () => {
  const schema = circuitJsonSchema();
  const used = new Set<string>();
  const sampled = { numRuns: 800, seed: 1 };
  for (const circuit of fc.sample(arbitraryCircuit, sampled)) markPlaces(schema, circuit, used);
  for (const template of fc.sample(arbitraryTemplate, { numRuns: 300, seed: 1 })) {
    markPlaces(schema, { parameters: (template as { readonly parameters: unknown }).parameters }, used);
  }
  const places = placesOf(schema);
  expect(places.size).toBeGreaterThan(300);
  expect([...places].filter((place) => !used.has(place) && !place.startsWith("ParameterReference"))).toEqual([]);
});
