/** The same run on two engines. */
import { type Buffer, type BufferId, type Program, sizeOf } from "@settle/program";
import { type Engine, type Executable, initialValues, type NumberArray } from "@settle/runtime";

/**
 * Settles, learns, looks at stability and updates once on both engines, from the same pseudo-random parameters and inputs. The update starts
 * from the sums of the first engine on both: a step rule that divides by the size of a sum (Adam's first step is little
 * more than its sign) would make a difference of the last bit in a tiny one as large as the rate.
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
  const [first, second] = await Promise.all([one.load(program), other.load(program)]);
  const expected = await settleAndAccumulate(program, first, batch, steps);
  const actual = await settleAndAccumulate(program, second, batch, steps);
  const sums = program.buffers
    .filter(({ role }) => role === "accumulator")
    .map(({ id }) => [id, Float32Array.from(expected.get(id)!)] as const);
  const worst = Math.max(
    worstDifference(expected, actual),
    worstDifference(await update(program, first, batch, sums), await update(program, second, batch, sums)),
  );
  await Promise.all([first.dispose(), second.dispose()]);
  return worst;
}

type Results = ReadonlyMap<BufferId, NumberArray>;

function worstDifference(expected: Results, actual: Results): number {
  let worst = 0;
  for (const [id, values] of expected) {
    const others = actual.get(id)!;
    const scale = Float64Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    values.forEach((value: number, i: number) => {
      if (Number.isNaN(value) && Number.isNaN(others[i])) return;
      const difference = Math.abs(value - others[i]!) / scale;
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    });
  }
  return worst;
}

async function settleAndAccumulate(
  program: Program,
  executable: Executable,
  batch: number,
  steps: number,
): Promise<Results> {
  const inputs = new Map<BufferId, NumberArray>();
  for (const [index, buffer] of program.buffers.entries()) {
    const { id, role, type, stream, initial } = buffer;
    const size = sizeOf(type.shape);
    if (role === "parameter" && (stream === undefined || isMask(initial))) {
      await executable.write(id, initialValues(buffer, 1));
    } else if (role === "parameter") await executable.write(id, numbers(size, index, 0.4));
    else if (initial?.kind === "values") await executable.write(id, Float64Array.from(initial.values));
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
  for (const [k, { buffer }] of (program.stability?.directions ?? []).entries()) {
    const { type } = program.buffers.find(({ id }) => id === buffer)!;
    inputs.set(buffer, numbers(batch * sizeOf(type.shape), k, 1));
  }
  const batched = program.buffers.filter(({ role }) => role === "state" || role === "readout").map(({ id }) => id);
  const schedule = [
    { phase: "start" },
    { phase: "step", times: steps },
    { phase: "readout" },
    { phase: "accumulate" },
    { phase: "stability" },
    { phase: "restrain" },
  ] as const;
  return new Map([
    ...(await executable.run({ batch, schedule, inputs, outputs: batched })),
    ...(await readPersistent(program, executable)),
  ]);
}

/** Ones and zeros stay what they are: other numbers would mask nothing. */
const isMask = (law: Buffer["initial"]): boolean => law?.kind === "mask" || law?.kind === "values";

async function update(
  program: Program,
  executable: Executable,
  batch: number,
  sums: readonly (readonly [BufferId, NumberArray])[],
): Promise<Results> {
  for (const [id, values] of sums) await executable.write(id, values);
  await executable.write(program.learn.countInput, Float64Array.of(batch));
  await executable.write(program.learn.rateInput, Float64Array.of(0.01));
  await executable.run({ batch, schedule: [{ phase: "apply" }] });
  return readPersistent(program, executable);
}

async function readPersistent(program: Program, executable: Executable): Promise<Results> {
  const results = new Map<BufferId, NumberArray>();
  for (const { id, role } of program.buffers) {
    if (role === "parameter" || role === "moment" || role === "accumulator") {
      results.set(id, Float64Array.from(await executable.read(id)));
    }
  }
  return results;
}

/** Numbers between −size and size that depend on `seed` and position only. */
function numbers(count: number, seed: number, size: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(12.9898 * (k + 1) + 78.233 * (seed + 1)) * 43758.5453;
    return size * (2 * (x - Math.floor(x)) - 1);
  });
}
