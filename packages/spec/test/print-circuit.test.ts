import { type CircuitSpec, parseCircuit, printCircuit } from "@settle/spec";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { arbitraryCircuit } from "./arbitrary-circuit.ts";

test("parse, print, parse gives the circuit again, and printing twice the same text", () => {
  fc.assert(
    fc.property(arbitraryCircuit, (circuit) => {
      const text = printCircuit(circuit);
      const { spec, diagnostics } = parseCircuit(text);
      expect(diagnostics).toEqual([]);
      expect(spec).toEqual(circuit);
      expect(printCircuit(spec!)).toBe(text);
    }),
  );
});

test("the order in which fields were written does not show, the order of parts does", () => {
  const one: CircuitSpec = {
    version: 1,
    name: "order",
    states: { z: { shape: [2], rate: 0.1 }, x: { shape: [3] } },
    errors: {},
    synapses: {},
  };
  const other: CircuitSpec = {
    synapses: {},
    states: { z: { rate: 0.1, shape: [2] }, x: { shape: [3] } },
    name: "order",
    errors: {},
    version: 1,
  };
  expect(printCircuit(other)).toBe(printCircuit(one));
  expect(printCircuit(one)).toBe(
    `{
  "version": 1,
  "name": "order",
  "states": {"z": {"shape": [2], "rate": 0.1}, "x": {"shape": [3]}},
  "errors": {},
  "synapses": {}
}
`,
  );
});

test("a predefined circuit survives with every field", () => {
  const text = readFileSync(new URL("../../../circuits/conv-ngc/circuit.json", import.meta.url), "utf8");
  const { spec } = parseCircuit(text);
  expect(JSON.parse(printCircuit(spec!))).toEqual(JSON.parse(text));
});
