/** Whether an engine computes for a circuit what the reference engine computes: settle, learn and update. */
import { type BufferId, multiplyAdds, type Program, sizeOf } from "@settle/program";
import {
  type Engine,
  type Executable,
  initialValues,
  type NumberArray,
  sampleNormals,
  sampleUniforms,
} from "@settle/runtime";
import { type Check, checkOf, type EngineVerdict } from "./verification.ts";

/** float32 against float64 over a settle, relative to the largest entry of each tensor. */
const tolerance = 1e-4;
const batch = 3;
/** What the reference engine may spend on a settle, in multiply-adds: a few seconds. */
const budget = 6e8;

type Results = ReadonlyMap<BufferId, NumberArray>;

/** The reference engine's own results, to which others are compared. */
export interface ReferenceRun {
  readonly steps: number;
  readonly settled: Results;
  readonly sums: Results;
  readonly updated: Results;
}

export async function runReference(program: Program, engine: Engine, seed: number): Promise<ReferenceRun> {
  const executable = await engine.load(program);
  try {
    const steps = stepsWithin(program);
    const settled = await settle(program, executable, seed, steps);
    const sums = await readRole(program, executable, ["accumulator"]);
    return { steps, settled, sums, updated: await update(program, executable, sums) };
  } finally {
    await executable.dispose();
  }
}

export async function compareEngine(
  program: Program,
  reference: ReferenceRun,
  engine: Engine,
  seed: number,
): Promise<EngineVerdict> {
  const status = await engine.probe();
  if (!status.available) return { name: engine.name, checks: [], skipped: status.reason };
  const executable = await engine.load(program);
  try {
    const settled = await settle(program, executable, seed, reference.steps);
    const sums = await readRole(program, executable, ["accumulator"]);
    // A step rule that divides by the size of a sum would make a last bit as large as the rate: all update from the same.
    const updated = await update(program, executable, reference.sums);
    const { device } = executable.info;
    const checks = [
      check(`settle, ${reference.steps} steps`, settled, reference.settled),
      check("learn", sums, reference.sums),
      check("update", updated, reference.updated),
    ];
    return { name: engine.name, device, checks: checks.filter((each) => each !== undefined) };
  } finally {
    await executable.dispose();
  }
}

function stepsWithin({ settle: { steps }, phases, relations }: Program): number {
  const work = phases.step.instructions.reduce(
    (total, each) => total + (each.kind === "contract" ? multiplyAdds(relations[each.relation]!) : 0),
    1,
  );
  return Math.max(1, Math.min(steps, Math.floor(budget / (batch * work))));
}

async function settle(program: Program, executable: Executable, seed: number, steps: number): Promise<Results> {
  const inputs = new Map<BufferId, NumberArray>();
  const samples = Array.from({ length: batch }, (_, n) => n);
  for (const buffer of program.buffers) {
    const { id, role, type, initial, stream } = buffer;
    const size = sizeOf(type.shape);
    const key = { seed, stream: stream ?? `verify/${id}`, epoch: 0, samples };
    if (role === "parameter" || role === "moment" || (role === "input" && !type.batch && initial !== undefined)) {
      await executable.write(id, initialValues(buffer, seed));
    }
    if (role === "accumulator") await executable.write(id, new Float32Array(size));
    if (role === "noise") inputs.set(id, sampleNormals(key, size));
    if (role === "input" && type.batch) inputs.set(id, sampleUniforms(key, size));
  }
  const directions = program.stability?.directions ?? [];
  for (const { buffer } of directions) {
    const { type } = program.buffers.find(({ id }) => id === buffer)!;
    inputs.set(buffer, sampleNormals({ seed, stream: `verify/${buffer}`, epoch: 0, samples }, sizeOf(type.shape)));
  }
  const growth = directions.length > 0 ? [program.stability!.growth] : [];
  const outputs = [
    ...growth,
    ...program.states.map(({ buffer }) => buffer),
    ...program.errors.flatMap(({ prediction, error, discrepancy }) => [prediction, error, discrepancy]),
  ];
  const schedule = [
    { phase: "start" },
    { phase: "step", times: steps },
    { phase: "readout" },
    { phase: "accumulate" },
    { phase: "stability" },
    { phase: "restrain" },
  ] as const;
  return executable.run({ batch, schedule, inputs, outputs });
}

async function update(program: Program, executable: Executable, sums: Results): Promise<Results> {
  for (const [id, values] of sums) await executable.write(id, Float32Array.from(values));
  await executable.write(program.learn.countInput, Float32Array.of(batch));
  await executable.write(program.learn.rateInput, Float32Array.of(program.learn.rate));
  await executable.run({ batch, schedule: [{ phase: "apply" }] });
  return readRole(program, executable, ["parameter", "moment"]);
}

async function readRole(program: Program, executable: Executable, roles: readonly string[]): Promise<Results> {
  const results = new Map<BufferId, NumberArray>();
  for (const { id, role } of program.buffers) {
    if (roles.includes(role)) results.set(id, (await executable.read(id)).slice());
  }
  return results;
}

function check(what: string, got: Results, wanted: Results): Check | undefined {
  if (wanted.size === 0) return undefined;
  let worst: number | null = 0;
  for (const [id, values] of wanted) {
    let scale = 1e-6;
    for (const value of values) scale = Math.max(scale, Math.abs(value));
    values.forEach((value: number, k: number) => {
      const error = Math.abs(value - (got.get(id)?.[k] ?? Number.NaN)) / scale;
      worst = worst === null || !Number.isFinite(error) ? null : Math.max(worst, error);
    });
  }
  return checkOf(what, worst, tolerance);
}
