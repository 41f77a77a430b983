/** A fixture's circuit on an engine, with the fixture's numbers in its buffers. */
import { compile } from "@settle/compiler";
import { SettleError, settleError } from "@settle/diagnostics";
import { type BufferId, fixedValues, type Program, sizeOf } from "@settle/program";
import type { Engine, Executable, NumberArray } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";

import type { Tensor } from "./tensor.ts";
import type { TranslatedFixture } from "./translate-fixture.ts";

export type Inputs = ReadonlyMap<BufferId, NumberArray>;

/**
 * Compiles, loads, writes the parameters, and disposes when `use` is through.
 * @throws {SettleError} the first diagnostic of a circuit that does not compile, or what the engine throws
 */
export async function withFixtureExecutable<Result>(
  spec: CircuitSpec,
  fixture: TranslatedFixture,
  engine: Engine,
  use: (executable: Executable) => Promise<Result>,
): Promise<Result> {
  const compiled = compile(spec, { modes: fixture.modes });
  if (!compiled.ok) {
    const [first] = compiled.diagnostics;
    throw first === undefined ? new Error("a circuit failed to compile without a diagnostic") : new SettleError(first);
  }
  const executable = await engine.load(compiled.program);
  try {
    await writeParameters(executable, fixture.parameters);
    return await use(executable);
  } finally {
    await executable.dispose();
  }
}

/**
 * Runs `start`, for what a Program keeps through a settle besides its states (momentum, status). The states it makes are
 * to be overwritten by the inputs of the next run.
 */
export async function start(executable: Executable, fixture: TranslatedFixture): Promise<void> {
  const { program } = executable;
  const { batch } = fixture;
  const inputs = new Map<BufferId, NumberArray>();
  for (const { id, role, type } of program.buffers) {
    if (role === "noise") inputs.set(id, new Float64Array((type.batch ? batch : 1) * sizeOf(type.shape)));
  }
  for (const { state, data, mask } of program.observed) {
    if (data !== undefined) inputs.set(data, tensorOf(fixture.states, state).values);
    if (mask !== undefined) inputs.set(mask, tensorOf(fixture.masks, state).values);
  }
  await executable.run({ batch, schedule: [{ phase: "start" }], inputs });
}

/** The fixture's initial states, by buffer. */
export function initialStates(program: Program, fixture: TranslatedFixture): Inputs {
  return new Map(program.states.map(({ id, buffer }) => [buffer, tensorOf(fixture.states, id).values]));
}

/** Sums over the samples as they stand after `readout`. */
export async function accumulate(executable: Executable, batch: number): Promise<void> {
  await executable.run({ batch, schedule: [{ phase: "accumulate" }] });
}

/** One update of the parameters from the sums over `batch` samples. */
export async function apply(executable: Executable, batch: number, rate: number): Promise<void> {
  const { rateInput, countInput } = executable.program.learn;
  const inputs = new Map([
    [rateInput, Float64Array.of(rate)],
    [countInput, Float64Array.of(batch)],
  ]);
  await executable.run({ batch, schedule: [{ phase: "apply" }], inputs });
}

/** The fixture's numbers; parameters it does not name (standard deviations) and moments hold what they begin with. */
async function writeParameters(executable: Executable, parameters: Readonly<Record<string, Tensor>>): Promise<void> {
  const { buffers } = executable.program;
  const unknown = Object.keys(parameters).filter((id) => !buffers.some((buffer) => buffer.id === id));
  if (unknown.length > 0) {
    throw settleError("conformance/damaged-fixture", `The circuit has no parameter ${unknown.join(", ")}.`);
  }
  for (const buffer of buffers) {
    if (buffer.role !== "parameter" && buffer.role !== "moment") continue;
    await executable.write(buffer.id, parameters[buffer.id]?.values ?? fixedValues(buffer) ?? missing(buffer.id));
  }
}

function tensorOf(tensors: Readonly<Record<string, Tensor>>, id: string): Tensor {
  const tensor = tensors[id];
  return tensor ?? missing(id);
}

function missing(id: string): never {
  throw settleError("conformance/damaged-fixture", `The fixture has no numbers for "${id}".`);
}
