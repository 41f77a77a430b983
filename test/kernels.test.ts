/** Kernel plans against the reference engine: what they compute, apart from the code that engines make of them. */
import { readFileSync } from "node:fs";
import { compile } from "@settle/compiler";
import { fixturesFolder, loadFixtures, runConformance } from "@settle/conformance";
import { referenceEngine } from "@settle/engine-reference";
import { planProgram, printPlan } from "@settle/kernels";
import { type CircuitSpec, parseCircuit } from "@settle/spec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryCircuitWithLaterals } from "../packages/conformance/test/arbitrary-circuit.ts";
import { runOnBoth } from "./run-on-both.ts";
import { interpretedKernels } from "./interpreted-kernels.ts";

describe.each([4, 16])("plans for %i lanes", (lanes) => {
  it("meet every fixture that the language expresses, to the oracle's tolerance", async () => {
    const report = await runConformance(await loadFixtures(fixturesFolder), interpretedKernels(lanes));
    expect(report.fixtures.filter((fixture) => !fixture.ok && fixture.skipped === undefined)).toEqual([]);
    expect(report.passed).toBe(19);
  });
});

it("agree with the reference engine on random circuits, batches and modes, learning included", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryCircuitWithLaterals,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom("clamped", "released", "free", "masked"),
      fc.constantFrom("euler", "heun", "momentum"),
      async (circuit, batch, mode, kind) => {
        const integrator = kind === "momentum" ? { kind, factor: 0.5 } : { kind };
        const spec: CircuitSpec = { ...circuit, settle: { integrator, tolerance: 1e-3, rate: 0.02 } };
        const compiled = compile(spec);
        if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
        const modes = Object.fromEntries(compiled.program.observed.map(({ state }) => [state, mode]));
        const difference = await runOnBoth(compiled.lower(modes), referenceEngine, interpretedKernels(4), batch);
        expect(difference).toBeLessThan(1e-9);
      },
    ),
    { numRuns: 40 },
  );
});

it("the step of conv-ngc is one kernel for each contraction, with its error or its correction in it", async () => {
  const text = readFileSync(new URL("../circuits/conv-ngc/circuit.json", import.meta.url), "utf8");
  const compiled = compile(parseCircuit(text).spec!);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const plan = planProgram(compiled.program, { lanes: 16 });
  await expect(printPlan(plan)).toMatchFileSnapshot("goldens/conv-ngc.plan.txt");
  const contractions = plan.phases.step.group.filter((kernel) => kernel.kind === "contract");
  expect(contractions.map(({ label, work }) => [label, work.sums.length])).toEqual([
    ["e1", 1],
    ["e0", 1],
    ["z1′", 0],
    ["e2", 1],
    ["z2′", 0],
    ["e3", 1],
    ["z3′", 0],
    ["z4′", 0],
  ]);
  const maps = plan.phases.step.group.filter((kernel) => kernel.kind === "map" && kernel.elements > 1);
  const activations = ["φ(z1)", "φ(z2)", "φ(z3)", "φ(z4)"];
  expect(maps.map(({ label }) => label).toSorted()).toEqual(activations);
  const { group, carried = [] } = planProgram(compiled.program, { lanes: 16, carry: true }).phases.step;
  expect(carried.map((k) => group[k]!.label).toSorted()).toEqual(activations);
});
