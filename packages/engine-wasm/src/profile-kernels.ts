/** Where the time of a step goes: its kernels timed one by one, on numbers that look like noise. */
import { contractOperations, fillWithNoise, type KernelTime, planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";

import { assemble } from "./assemble.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { emitModule } from "./emit/emit-module.ts";
import { controlBytes } from "./emit/module-builder.ts";
import { get, i32, WatFunction } from "./emit/wat-function.ts";
import type { PhaseFunctions } from "./kernel-forms.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { requireWebAssembly } from "./web-assembly.ts";

export interface ProfileOptions {
  /** Seconds so far, of processor time if there is a choice. */
  readonly clock: () => number;
  /** Samples in a lane group, 1 for samples by themselves; default: as the engine chooses. */
  readonly lanes?: number;
  /** Default: where the host has it. */
  readonly relaxed?: boolean;
}

export interface KernelProfile {
  readonly lanes: number;
  readonly relaxed: boolean;
  /** Operations a second of code that does nothing but multiply and add vectors of four. */
  readonly peak: number;
  /** Seconds of a whole step of one group. */
  readonly step: number;
  /** In the order they run. */
  readonly kernels: readonly KernelTime[];
  /** Milliseconds of the clock from the Program to a compiled settle: the plan, the text, its assembly. */
  readonly milliseconds: { readonly plan: number; readonly text: number; readonly assembly: number };
}

export async function profileKernels(program: Program, options: ProfileOptions): Promise<KernelProfile> {
  const { clock, lanes = chooseLanes(program), relaxed = await hasRelaxedSimd() } = options;
  const began = clock();
  const plan = planProgram(program, { lanes });
  const planned = clock();
  const emitted = emitModule(plan, {
    fused: relaxed,
    sharedMemory: false,
    phases: ["start", "step", "readout"],
    exportKernels: true,
  });
  const written = clock();
  const binary = await assemble(emitted.text);
  const assembled = clock();
  const { Memory, compile, instantiate } = requireWebAssembly();
  const group = emitted.staticBytes + plan.sizes.temporary * 4;
  const partial = group + plan.sizes.group * 4;
  const memory = new Memory({ initial: Math.ceil((partial + plan.sizes.partial * 4 + 64) / 65536) });
  const { exports } = await instantiate(await compile(binary), { settle: { memory } });
  const functions = exports as PhaseFunctions;
  const floats = new Float32Array(memory.buffer);
  fillWithNoise(plan, { group: floats.subarray(group / 4), shared: floats.subarray(controlBytes / 4) });
  functions["step.head"]?.();
  const secondsOf = (name: string): Promise<number> =>
    fastest(clock, () => functions[name]?.(group, emitted.staticBytes, partial, lanes));
  const kernels: KernelProfile["kernels"][number][] = [];
  for (const [index, kernel] of plan.phases.step.group.entries()) {
    const seconds = await secondsOf(`step.${index}`);
    const operations = kernel.kind === "contract" ? { operations: contractOperations(kernel) * lanes } : {};
    kernels.push({ label: kernel.label, seconds, ...operations });
  }
  return {
    lanes,
    relaxed,
    peak: await peakOf(clock, relaxed),
    step: await secondsOf("step.group"),
    kernels,
    milliseconds: {
      plan: 1000 * (planned - began),
      text: 1000 * (written - planned),
      assembly: 1000 * (assembled - written),
    },
  };
}

/** Seconds of a call in the fastest of a few rounds, each of which lasts long enough for the clock. */
async function fastest(clock: () => number, call: () => void): Promise<number> {
  const round = (times: number): number => {
    const from = clock();
    for (let time = 0; time < times; time++) call();
    return clock() - from;
  };
  let times = 1;
  while (round(times) < 0.01) times *= 2;
  // The host replaces baseline code by optimised code between calls.
  await new Promise((resolve) => setTimeout(resolve, 50));
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 4; k++) least = Math.min(least, round(times) / times);
  return least;
}

/** Twelve accumulators: more than a multiply-add's latency keeps busy. */
async function peakOf(clock: () => number, relaxed: boolean): Promise<number> {
  const accumulators = Array.from({ length: 12 }, (_, k) => `a${k}`);
  const f = new WatFunction("peak", { parameters: ["turns"], exported: true });
  for (const name of ["x", ...accumulators]) f.set(f.local(name, "v128"), `(v128.load ${i32(0)})`);
  f.doWhile(
    () => {
      for (const name of accumulators) {
        const text = relaxed
          ? `(f32x4.relaxed_madd ${get(name)} ${get("x")} ${get("x")})`
          : `(f32x4.add ${get("x")} (f32x4.mul ${get(name)} ${get("x")}))`;
        f.set(name, text);
      }
    },
    () => `(local.tee $turns (i32.sub ${get("turns")} ${i32(1)}))`,
  );
  accumulators.forEach((name, k) => f.line(`(v128.store offset=${16 * k} ${i32(0)} ${get(name)})`));
  const { compile, instantiate } = requireWebAssembly();
  const module = await compile(await assemble(`(module (memory 1)\n${f.toText()})`));
  const { peak } = (await instantiate(module)).exports as { readonly peak: (turns: number) => void };
  const turns = 10_000;
  return (turns * accumulators.length * 8) / (await fastest(clock, () => peak(turns)));
}
