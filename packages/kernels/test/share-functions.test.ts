import { compile } from "@settle/compiler";
import { planProgram } from "@settle/kernels";
import { defineCircuit } from "@settle/spec";
import { describe, expect, it } from "vitest";
import type { GroupKernel } from "../src/kernel-plan.ts";

/** The step of two dense layers with an activation and its slope. */
function stepOf(activation: "tanh" | "leaky-relu"): readonly GroupKernel[] {
  const compiled = compile(
    defineCircuit({
      version: 1,
      name: "two-layers",
      defaults: { state: { activation: { kind: activation }, derivative: true } },
      states: { x: { shape: [5], observed: { data: "image" } }, z1: { shape: [4] }, z2: { shape: [3] } },
      errors: { e0: { target: "x" }, e1: { target: "z1" } },
      synapses: { W1: { kind: "dense", from: "z1", to: "e0" }, W2: { kind: "dense", from: "z2", to: "e1" } },
    }),
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return planProgram(compiled.program, { lanes: 4 }).phases.step.group;
}

const evaluations = (kernels: readonly GroupKernel[], primitive: string): number =>
  JSON.stringify(kernels).split(`"primitive":"${primitive}"`).length - 1;

describe("functions that are dear", () => {
  it("tanh of a state is evaluated once a step, for its slope as well", () => {
    // One for each of z1 and z2; a slope that evaluates it anew names it twice more.
    expect(evaluations(stepOf("tanh"), "tanh")).toBe(2);
  });

  it("what costs no more than reading it is left where it is", () => {
    const contractions = stepOf("leaky-relu").filter((kernel) => kernel.kind === "contract");
    const reads = contractions.flatMap(({ work }) => work.operands.filter(({ kind }) => kind === "array"));
    // x and z1 for the errors; z1, e1 and z2 for the corrections.
    expect(reads.length).toBeLessThanOrEqual(7);
  });
});
