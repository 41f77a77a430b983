/** Programs written by hand on every engine: their numbers, and what comes out. */
import { createNativeEngine } from "@settle/engine-native";
import { tfjsEngines } from "@settle/engine-tfjs";
import { wasmEngine } from "@settle/engine-wasm";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interpretedKernels } from "./interpreted-kernels.ts";

/** Compiles without optimising, into a folder of its own: such tests are about the text of the kernels. */
export function unoptimisedNative(): { readonly native: Engine; readonly remove: () => Promise<void> } {
  const cache = mkdtempSync(join(tmpdir(), "settle-programs-test-"));
  const native = createNativeEngine({ compiler: { extraFlags: ["-O0"] }, cache });
  return { native, remove: () => rm(cache, { recursive: true }) };
}

/** Every engine but the reference engine, with how many Programs a test may try on it. */
export const enginesWith = (native: Engine): readonly { readonly engine: Engine; readonly runs: number }[] => [
  { engine: interpretedKernels(4), runs: 8 },
  { engine: wasmEngine, runs: 8 },
  { engine: native, runs: 2 },
  ...tfjsEngines.map((engine) => ({ engine, runs: 4 })),
];

export async function whyAbsent(engine: Engine): Promise<string | undefined> {
  const status = await engine.probe();
  return status.available ? undefined : status.reason;
}

/** Readouts and accumulators after `readout` and `accumulate`, from numbers that depend on the buffers alone. */
export async function compute(
  program: Program,
  engine: Engine,
  batch: number,
): Promise<ReadonlyMap<BufferId, NumberArray>> {
  const executable = await engine.load(program);
  const inputs = new Map<BufferId, NumberArray>();
  for (const [index, { id, role, type }] of program.buffers.entries()) {
    if (role === "parameter") await executable.write(id, halves(sizeOf(type.shape), index));
    if (role === "input" && type.batch) inputs.set(id, halves(batch * sizeOf(type.shape), index));
  }
  const outputs = program.buffers.filter(({ role }) => role === "readout").map(({ id }) => id);
  const schedule = [{ phase: "readout" }, { phase: "accumulate" }] as const;
  const results = new Map(await executable.run({ batch, schedule, inputs, outputs }));
  for (const { id, role } of program.buffers) if (role === "accumulator") results.set(id, await executable.read(id));
  await executable.dispose();
  return results;
}

/** Halves of whole numbers: ties are frequent, and sums exact whatever their order. */
function halves(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => Math.round(4 * Math.sin(12.9898 * (k + 1) + 78.2 * seed)) / 2);
}

/** Over all buffers, relative to the largest entry of each, or to 1 where that is smaller. */
export function worstDifference(
  expected: ReadonlyMap<BufferId, NumberArray>,
  actual: ReadonlyMap<BufferId, NumberArray>,
): number {
  let worst = 0;
  for (const [id, values] of expected) {
    const scale = Math.max(1, ...Array.from(values, Math.abs));
    for (const [k, value] of values.entries()) {
      const difference = Math.abs(value - actual.get(id)![k]!) / scale;
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  return worst;
}
