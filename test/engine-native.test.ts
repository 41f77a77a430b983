/** The native engine against the fixtures and the reference engine, with every width of vectors this processor has. */
import { compile } from "@settle/compiler";
import { fixturesFolder, loadFixtures, runConformance } from "@settle/conformance";
import { createNativeEngine } from "@settle/engine-native";
import { referenceEngine } from "@settle/engine-reference";
import type { Engine } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import fc from "fast-check";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { arbitraryCircuitWithLaterals } from "../packages/conformance/test/arbitrary-circuit.ts";
import { runOnBoth } from "./run-on-both.ts";

const cache = mkdtempSync(join(tmpdir(), "settle-native-test-"));
afterAll(() => rm(cache, { recursive: true }));

const nativeWith = (extraFlags: readonly string[]): Engine => createNativeEngine({ compiler: { extraFlags }, cache });
const withThreads = (engine: Engine, threads: number): Engine => ({
  ...engine,
  load: (program) => engine.load(program, { threads }),
});
/** Dozens of programs are compiled, on a machine that may be busy: milliseconds. */
const compiling = 600_000;
const native = nativeWith([]);
const status = await native.probe();
/** Not optimised: these are about the text, and there are many of them to compile. */
const narrower = process.arch === "x64" ? ["-O0 -mno-avx512f", "-O0 -mno-avx512f -mno-avx2 -mno-avx -mno-fma"] : [];
const flagsOf = (text: string): readonly string[] => text.split(" ").filter((flag) => flag !== "");

describe.each(["", ...narrower])("the native engine, built with the flags '%s'", (flags) => {
  const engine = nativeWith(flagsOf(flags));

  it(
    "meets the float32 tolerance on every fixture that the language expresses",
    async (context) => {
      if (!status.available) context.skip(status.reason);
      const report = await runConformance(await loadFixtures(fixturesFolder), engine);
      expect(report.fixtures.filter(({ ok, skipped }) => !ok && skipped === undefined)).toEqual([]);
      expect(report.passed).toBeGreaterThanOrEqual(19);
    },
    compiling,
  );
});

describe("the native engine", () => {
  it(
    "agrees with the reference engine on random circuits, batches and modes, learning included",
    async (context) => {
      if (!status.available) context.skip(status.reason);
      await fc.assert(
        fc.asyncProperty(
          arbitraryCircuitWithLaterals,
          fc.constantFrom(1, 3, 15, 16, 17, 37),
          fc.constantFrom("clamped", "released", "free", "masked"),
          fc.constantFrom("euler", "heun", "momentum"),
          fc.constantFrom("-O0", ...narrower),
          async (circuit, batch, mode, kind, flags) => {
            const integrator = kind === "momentum" ? { kind, factor: 0.5 } : { kind };
            const spec: CircuitSpec = { ...circuit, settle: { integrator, tolerance: 1e-3, rate: 0.02 } };
            const compiled = compile(spec);
            if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
            const modes = Object.fromEntries(compiled.program.observed.map(({ state }) => [state, mode]));
            expect(
              await runOnBoth(
                compiled.lower(modes),
                referenceEngine,
                withThreads(nativeWith(flagsOf(flags)), 2),
                batch,
              ),
            ).toBeLessThan(1e-4);
          },
        ),
        { numRuns: 15 },
      );
    },
    compiling,
  );

  it(
    "gives the same bits on one thread and on three",
    async (context) => {
      if (!status.available) context.skip(status.reason);
      await fc.assert(
        fc.asyncProperty(arbitraryCircuitWithLaterals, fc.integer({ min: 33, max: 300 }), async (circuit, batch) => {
          const compiled = compile({ ...circuit, settle: { rate: 0.02 } });
          if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
          expect(await runOnBoth(compiled.program, withThreads(native, 1), withThreads(native, 3), batch)).toBe(0);
        }),
        { numRuns: 5 },
      );
    },
    compiling,
  );
});
