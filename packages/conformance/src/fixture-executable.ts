/** A fixture's circuit on an engine, with the fixture's numbers in its buffers. */
import { compile } from "@settle/compiler";
import { SettleError, settleError } from "@settle/diagnostics";
import { type BufferId, type Program, sizeOf } from "@settle/program";
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
 * What a settle begins with, without a `start` phase: the states as the fixture has them, every other state (momentum,
 * status) at 0; data and masks for phases that read them.
 */
export function startInputs(program: Program, fixture: TranslatedFixture): Inputs {
  const inputs = new Map<BufferId, NumberArray>();
  for (const { id, role, type } of program.buffers) {
    if (type.batch && (role === "state" || role === "noise")) {
      inputs.set(id, new Float64Array(fixture.batch * sizeOf(type.shape)));
    }
  }
  for (const { id, buffer } of program.states) inputs.set(buffer, tensorOf(fixture.states, id).values);
  for (const { state, data, mask } of program.observed) {
    if (data !== undefined) inputs.set(data, tensorOf(fixture.states, state).values);
    if (mask !== undefined) inputs.set(mask, tensorOf(fixture.masks, state).values);
  }
  return inputs;
}

/** Accumulates over the samples as they stand, then updates the parameters once. */
export async function learnOnce(executable: Executable, batch: number, rate: number): Promise<void> {
  const { rateInput, countInput } = executable.program.learn;
  await executable.run({ batch, schedule: [{ phase: "accumulate" }] });
  await executable.run({
    batch,
    schedule: [{ phase: "apply" }],
    inputs: new Map([
      [rateInput, Float64Array.of(rate)],
      [countInput, Float64Array.of(batch)],
    ]),
  });
}

/** Sets every parameter of the Program to 0. */
export async function clearParameters(executable: Executable): Promise<void> {
  for (const { id, role, type } of executable.program.buffers) {
    if (role === "parameter") await executable.write(id, new Float64Array(sizeOf(type.shape)));
  }
}

async function writeParameters(executable: Executable, parameters: Readonly<Record<string, Tensor>>): Promise<void> {
  const unknown = new Set(Object.keys(parameters));
  for (const { id, role, type, initial } of executable.program.buffers) {
    if (role === "parameter") {
      await executable.write(id, tensorOf(parameters, id).values);
      unknown.delete(id);
    } else if (role === "moment") {
      const value = initial?.kind === "constant" ? initial.value : 0;
      await executable.write(id, new Float64Array(sizeOf(type.shape)).fill(value));
    }
  }
  if (unknown.size > 0) {
    throw settleError("conformance/damaged-fixture", `The circuit has no parameter ${[...unknown].join(", ")}.`);
  }
}

function tensorOf(tensors: Readonly<Record<string, Tensor>>, id: string): Tensor {
  const tensor = tensors[id];
  if (tensor !== undefined) return tensor;
  throw settleError("conformance/damaged-fixture", `The fixture has no numbers for "${id}".`);
}
