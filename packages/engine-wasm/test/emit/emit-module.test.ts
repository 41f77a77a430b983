import type { KernelPlan } from "@settle/kernels";
import { planProgram } from "@settle/kernels";
import { describe, expect, it } from "vitest";

import { assemble } from "../../src/assemble.ts";
import { emitModule } from "../../src/emit/emit-module.ts";
import { controlBytes } from "../../src/emit/module-builder.ts";
import { requireWebAssembly } from "../../src/web-assembly.ts";
import { linearProgram } from "../linear-program.ts";

const plan = planProgram(linearProgram, { lanes: 4 });

describe("emitModule", () => {
  it("writes a step of one contraction with its error and one with its correction as text one can read", async () => {
    const onlyStep: KernelPlan = {
      ...plan,
      phases: {
        ...plan.phases,
        accumulate: plan.phases.readout,
        apply: plan.phases.readout,
        start: plan.phases.readout,
      },
    };
    const { text } = emitModule(onlyStep, { fused: true, sharedMemory: true });
    await expect(text).toMatchFileSnapshot("goldens/linear-step.wat");
  });

  it("uses relaxed instructions only where it is told to", () => {
    expect(emitModule(plan, { fused: false, sharedMemory: false }).text).not.toContain("relaxed_madd");
  });

  it.each([1, 4, 8, 12])("settles the linear circuit in %i lanes as the formula says", async (lanes) => {
    const wide = planProgram(linearProgram, { lanes });
    const emitted = emitModule(wide, { fused: false, sharedMemory: false });
    const { Memory, compile, instantiate } = requireWebAssembly();
    const memory = new Memory({ initial: 1 });
    const { exports } = await instantiate(await compile(await assemble(emitted.text)), { settle: { memory } });
    const functions = exports as Record<string, (...bases: number[]) => void>;
    const floats = new Float32Array(memory.buffer);
    const offsetOf = (buffer: string): number => wide.arrays.find((each) => each.buffer === buffer)!.offset;
    const temporary = emitted.staticBytes;
    const group = temporary + wide.sizes.temporary * 4;
    const weights = [0.5, -1, 0.25, 1, 0.5, -0.75];
    floats.set(weights, controlBytes / 4 + offsetOf("W"));
    const x = (lane: number): number[] => [lane, 1 - lane, 0.5 * lane];
    for (let lane = 0; lane < lanes; lane++) {
      x(lane).forEach((value, i) => (floats[group / 4 + offsetOf("x") + i * lanes + lane] = value));
    }
    functions["step.head"]!();
    functions["step.group"]!(group, temporary, 0, lanes);
    for (let lane = 0; lane < lanes; lane++) {
      // From z = 0 the error is x itself.
      const want = [0, 1].map((i) => 0.1 * x(lane).reduce((sum, value, o) => sum + value * weights[i * 3 + o]!, 0));
      want.forEach((value, i) => expect(floats[group / 4 + offsetOf("z") + i * lanes + lane]).toBeCloseTo(value, 6));
    }
  });
});
