/** Every integrator and every rule, on random circuits with parts of every kind, on each engine that works here, against the reference engine. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { engineRegistry } from "@settle/settle";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryDynamics, withDynamics } from "../packages/conformance/test/arbitrary-dynamics.ts";
import { arbitraryCircuitOfParts } from "../packages/conformance/test/arbitrary-parts.ts";
import { interpretedKernels } from "./interpreted-kernels.ts";
import { whyAbsent } from "./program-engines.ts";
import { runOnBoth } from "./run-on-both.ts";

/** SETTLE_RUNS explores that many new circuits; without it the same few are tried every time. */
const explored = process.env["SETTLE_RUNS"];
const patient = explored === undefined ? 300_000 : 3_600_000;
const registered = await Promise.all(
  engineRegistry
    .filter(({ name }) => name !== "reference")
    .map(async ({ name, load }) => {
      const engine = await load();
      return { name, engine, reason: await whyAbsent(engine), tolerance: 2e-4 };
    }),
);
const interpreted = { name: "kernels, interpreted", engine: interpretedKernels(4), reason: undefined, tolerance: 1e-8 };

describe.each([interpreted, ...registered])("integrators and rules on $name", ({ name, engine, reason, tolerance }) => {
  it(
    "are the same as on the reference engine",
    async ({ skip }) => {
      skip(reason !== undefined, reason);
      await fc.assert(
        fc.asyncProperty(
          arbitraryCircuitOfParts,
          arbitraryDynamics,
          fc.constantFrom(1, 5, 17),
          // A circuit that is free starts in its equilibrium: what it counts of rises and calm steps is rounding.
          fc.constantFrom("clamped", "released", "masked"),
          async (circuit, dynamics, batch, mode) => {
            // Without the record of rises and calm steps: they count crossings of a threshold, down to the last bit.
            const compiled = compile(withDynamics(circuit, dynamics), { monitor: false });
            if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
            const modes = Object.fromEntries(compiled.program.observed.map(({ state }) => [state, mode]));
            expect(await runOnBoth(compiled.lower(modes), referenceEngine, engine, batch)).toBeLessThan(tolerance);
          },
        ),
        // The native engine runs a C compiler for each circuit.
        explored === undefined ? { numRuns: name === "native" ? 3 : 12, seed: 20 } : { numRuns: Number(explored) },
      );
    },
    patient,
  );
});
