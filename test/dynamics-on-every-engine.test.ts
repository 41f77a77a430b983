/** Every integrator and every rule, on random circuits, on each engine that works here, against the reference engine. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { Engine } from "@settle/runtime";
import { engineRegistry } from "@settle/settle";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCircuit } from "../packages/conformance/test/arbitrary-circuit.ts";
import { arbitraryDynamics, withDynamics } from "../packages/conformance/test/arbitrary-dynamics.ts";
import { interpretedKernels } from "./interpreted-kernels.ts";
import { runOnBoth } from "./run-on-both.ts";

const patient = 300_000;
const registered = await Promise.all(
  engineRegistry
    .filter(({ name }) => name !== "reference")
    .map(async ({ name, load }) => {
      const engine = await load();
      const probe = await engine
        .probe()
        .catch((fault: unknown) => ({ available: false as const, reason: String(fault) }));
      return { name, engine, probe };
    }),
);
const present: readonly (readonly [string, Engine, number])[] = [
  ["kernels, interpreted", interpretedKernels(4), 1e-8],
  ...registered.filter(({ probe }) => probe.available).map(({ name, engine }) => [name, engine, 2e-4] as const),
];

describe("integrators and rules", () => {
  it.each(present)(
    "are the same on %s as on the reference engine",
    async (name, engine, tolerance) => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryCircuit,
          arbitraryDynamics,
          fc.constantFrom(1, 5, 17),
          // A circuit that is free starts in its equilibrium: what it counts of rises and calm steps is rounding.
          fc.constantFrom("clamped", "released", "masked"),
          async (circuit, dynamics, batch, mode) => {
            const compiled = compile(withDynamics(circuit, dynamics));
            if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
            const modes = Object.fromEntries(compiled.program.observed.map(({ state }) => [state, mode]));
            expect(await runOnBoth(compiled.lower(modes), referenceEngine, engine, batch)).toBeLessThan(tolerance);
          },
        ),
        // The native engine runs a C compiler for each circuit.
        { numRuns: Number(process.env["SETTLE_RUNS"] ?? (name === "native" ? 3 : 12)) },
      );
    },
    patient,
  );

  for (const { name, probe } of registered) {
    if (!probe.available) it.skip(`are the same on ${name}, which does not work here`, () => {});
  }
});
