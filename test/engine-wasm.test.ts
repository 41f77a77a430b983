/** The wasm engine against the fixtures and against the reference engine. */
import { readFileSync } from "node:fs";
import { compile } from "@settle/compiler";
import { fixturesFolder, loadFixtures, runConformance } from "@settle/conformance";
import { referenceEngine } from "@settle/engine-reference";
import { wasmEngine } from "@settle/engine-wasm";
import type { Engine } from "@settle/runtime";
import { type CircuitSpec, parseCircuit } from "@settle/spec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { arbitraryCircuitWithLaterals } from "../packages/conformance/test/arbitrary-circuit.ts";
import { runOnBoth } from "./run-on-both.ts";

/** Many circuits on two engines, on a machine that may be busy: milliseconds. */
const patient = 300_000;

const withThreads = (threads: number): Engine => ({
  ...wasmEngine,
  load: (program) => wasmEngine.load(program, { threads }),
});

describe("the wasm engine", () => {
  it("meets the float32 tolerance on every fixture that the language expresses", async () => {
    const report = await runConformance(await loadFixtures(fixturesFolder), wasmEngine);
    expect(report.fixtures.filter(({ ok, skipped }) => !ok && skipped === undefined)).toEqual([]);
    expect(report.passed).toBe(19);
  });

  it(
    "agrees with the reference engine on random circuits, batches and modes, learning included",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryCircuitWithLaterals,
          fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 37),
          fc.constantFrom("clamped", "released", "free", "masked"),
          fc.constantFrom("euler", "heun", "momentum"),
          async (circuit, batch, mode, kind) => {
            const integrator = kind === "momentum" ? { kind, factor: 0.5 } : { kind };
            // Adam would make a full step of a gradient that is nothing but rounding.
            const learn = { rule: "sgd" } as const;
            const spec: CircuitSpec = { ...circuit, learn, settle: { integrator, tolerance: 1e-3, rate: 0.02 } };
            const compiled = compile(spec);
            if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
            const modes = Object.fromEntries(compiled.program.observed.map(({ state }) => [state, mode]));
            const difference = await runOnBoth(compiled.lower(modes), referenceEngine, withThreads(2), batch);
            expect(difference).toBeLessThan(1e-4);
          },
        ),
        { numRuns: 40 },
      );
    },
    patient,
  );

  it.each(["conv-ngc", "conv-ngc-separate"])(
    "settles and learns %s by Adam as the reference engine does",
    async (name) => {
      const text = readFileSync(new URL(`../circuits/${name}/circuit.json`, import.meta.url), "utf8");
      const compiled = compile(parseCircuit(text).spec as CircuitSpec);
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
      expect(await runOnBoth(compiled.program, referenceEngine, wasmEngine, 6, 3)).toBeLessThan(1e-4);
    },
  );

  it("gives the same bits on one thread and on two", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCircuitWithLaterals, fc.integer({ min: 17, max: 40 }), async (circuit, batch) => {
        const compiled = compile({ ...circuit, settle: { rate: 0.02 } });
        if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
        expect(await runOnBoth(compiled.program, withThreads(1), withThreads(2), batch)).toBe(0);
      }),
      { numRuns: 10 },
    );
  });
});
