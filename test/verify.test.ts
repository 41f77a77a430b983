import { compile } from "@settle/compiler";
import { parseCircuit } from "@settle/spec";
import { referenceEngine } from "@settle/engine-reference";
import { verifyCircuit } from "@settle/verify";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readdirSync } from "node:fs";
import { arbitraryCircuit } from "../packages/conformance/test/arbitrary-circuit.ts";
import { arbitraryCircuitOfParts } from "../packages/conformance/test/arbitrary-parts.ts";
import { readText, root } from "./workspace.ts";

test("verify finds gradients, and nothing wrong, in circuits of any form that leave nothing out", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCircuit, fc.integer({ min: 1, max: 1000 }), async (circuit, seed) => {
      const compiled = compile(circuit);
      if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
      const found = await verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed });
      expect([...found.corrections, ...found.learning].filter(({ gradient }) => !gradient)).toEqual([]);
      const checks = [...found.corrections, ...found.learning].map(({ check }) => check);
      expect(checks.filter((check) => check?.ok === false)).toEqual([]);
      expect(found.equilibrium.kind === "checked" ? found.equilibrium.check : undefined).not.toMatchObject({
        ok: false,
      });
    }),
    { numRuns: 25 },
  );
});

/** Smooth ones: a finite difference over a kink is none. */
const outputs = fc.array(fc.constantFrom(undefined, "sigmoid", "tanh", "softmax"), { minLength: 1, maxLength: 3 });

test("verify finds every rule as it says in circuits with parts of every kind", async () => {
  const explored = process.env["SETTLE_RUNS"];
  const compared = { formulas: 0, own: 0 };
  await fc.assert(
    fc.asyncProperty(arbitraryCircuitOfParts, outputs, fc.integer({ min: 1, max: 1000 }), async (bare, some, seed) => {
      const errors = Object.entries(bare.errors).map(([id, error], k) => {
        const output = some[k % some.length];
        return [id, output === undefined ? error : { ...error, output }] as const;
      });
      const compiled = compile({ ...bare, errors: Object.fromEntries(errors) });
      if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
      const found = await verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed });
      const rules = [...found.corrections, ...found.learning];
      const checks = rules.flatMap(({ id, check, formulas }) =>
        [check, ...formulas].flatMap((each) => (each === undefined ? [] : [{ id, ...each }])),
      );
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      compared.formulas += rules.flatMap(({ formulas }) => formulas).length;
      compared.own += rules.filter(({ descends }) => descends !== undefined).length;
    }),
    explored === undefined ? { numRuns: 12, seed: 11 } : { numRuns: Number(explored) },
  );
  expect(compared.formulas).toBeGreaterThan(5);
  expect(compared.own).toBeGreaterThan(2);
}, 300_000);

const fixtures = readdirSync(`${root}/packages/compiler/fixtures`).filter((name) => !name.startsWith("error-"));

test.each(fixtures)("every rule of the compiler's fixture %s is what verify says it is", async (name) => {
  const { spec } = parseCircuit(readText(`packages/compiler/fixtures/${name}/circuit.json`));
  if (spec === undefined) throw new Error(`${name} does not parse`);
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(`${name} does not compile`);
  const found = await verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed: 1 });
  const failed = [...found.corrections, ...found.learning].filter(({ check }) => check?.ok === false);
  expect(failed).toEqual([]);
});

test("a block with exact credit claims gradients, one with LRA says that it has none", async () => {
  const rulesOf = async (name: string): Promise<Readonly<Record<string, boolean>>> => {
    const { spec } = parseCircuit(readText(`packages/compiler/fixtures/${name}/circuit.json`));
    const compiled = compile(spec!);
    if (!compiled.ok) throw new Error(`${name} does not compile`);
    const found = await verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed: 1 });
    return Object.fromEntries([...found.corrections, ...found.learning].map(({ id, gradient }) => [id, gradient]));
  };
  expect(await rulesOf("exact-block")).toEqual({ x: true, z: true, "R/0": true, "R/1": true });
  expect(await rulesOf("residual-block")).toMatchObject({ x: true, z: false, "R/0": false, "bias:e": true });
});
