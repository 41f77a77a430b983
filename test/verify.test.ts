import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { verifyCircuit } from "@settle/verify";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryCircuit } from "../packages/conformance/test/arbitrary-circuit.ts";

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
