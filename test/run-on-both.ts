/** The same run on two engines. */
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, Executable, NumberArray } from "@settle/runtime";

/**
 * Settles, learns and updates once on both engines, from the same pseudo-random parameters and inputs.
 *
 * @returns the largest difference over all states, readouts, parameters and moments, relative to the largest entry of
 *   each (to 1 where that is smaller); NaN entries count as infinite unless both have them
 */
export async function runOnBoth(
  program: Program,
  one: Engine,
  other: Engine,
  batch: number,
  steps = 5,
): Promise<number> {
  const [expected, actual] = await Promise.all(
    [one, other].map(async (engine) => everything(program, await engine.load(program), batch, steps)),
  );
  let worst = 0;
  for (const [id, values] of expected!) {
    const others = actual!.get(id)!;
    const scale = Float64Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    values.forEach((value: number, i: number) => {
      if (Number.isNaN(value) && Number.isNaN(others[i])) return;
      const difference = Math.abs(value - others[i]!) / scale;
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    });
  }
  return worst;
}

async function everything(
  program: Program,
  executable: Executable,
  batch: number,
  steps: number,
): Promise<ReadonlyMap<BufferId, NumberArray>> {
  const inputs = new Map<BufferId, NumberArray>();
  for (const [index, { id, role, type, stream }] of program.buffers.entries()) {
    const size = sizeOf(type.shape);
    if (role === "parameter" && stream !== undefined) await executable.write(id, numbers(size, index, 0.4));
    if (!type.batch) continue;
    if (role === "noise") inputs.set(id, numbers(batch * size, index, 1));
    if (role === "input") {
      const mask = program.observed.some((node) => node.mask === id);
      inputs.set(
        id,
        numbers(batch * size, index, 1).map((x) => (mask ? (x > 0 ? 1 : 0) : x)),
      );
    }
  }
  const persistent = program.buffers.filter(
    ({ role }) => role === "parameter" || role === "moment" || role === "accumulator",
  );
  const batched = program.buffers.filter(({ role }) => role === "state" || role === "readout").map(({ id }) => id);
  const schedule = [
    { phase: "start" },
    { phase: "step", times: steps },
    { phase: "readout" },
    { phase: "accumulate" },
  ] as const;
  const results = new Map(await executable.run({ batch, schedule, inputs, outputs: batched }));
  for (const { id } of persistent)
    results.set(`before ${id}` as BufferId, Float64Array.from(await executable.read(id)));
  await executable.write(program.learn.countInput, Float64Array.of(batch));
  await executable.write(program.learn.rateInput, Float64Array.of(0.01));
  await executable.run({ batch, schedule: [{ phase: "apply" }] });
  for (const { id } of persistent) results.set(id, Float64Array.from(await executable.read(id)));
  await executable.dispose();
  return results;
}

/** Numbers between −size and size that depend on `seed` and position only. */
function numbers(count: number, seed: number, size: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(12.9898 * (k + 1) + 78.233 * (seed + 1)) * 43758.5453;
    return size * (2 * (x - Math.floor(x)) - 1);
  });
}
