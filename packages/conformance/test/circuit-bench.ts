/** A circuit on the reference engine with known numbers in it, for tests that compare it with mathematics. */
import { compile } from "@settle/compiler";
import { type BufferId, type Mode, type Program, sizeOf } from "@settle/program";
import type { Executable, NumberArray } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { referenceEngine } from "@settle/engine-reference";

export type Numbers = Map<BufferId, Float64Array>;

export interface Bench {
  readonly program: Program;
  readonly executable: Executable;
  /** Random states for `batch` samples. */
  states(batch: number): Numbers;
  /** Total discrepancy of each sample at these states. */
  discrepancies(states: ReadonlyMap<BufferId, NumberArray>, batch: number): Promise<Float64Array>;
  /** The states after `steps` steps from these. */
  settle(states: ReadonlyMap<BufferId, NumberArray>, batch: number, steps: number): Promise<Numbers>;
}

/** Compiles and fills all learned parameters with small numbers that depend on `seed` only; observed nodes are clamped. */
export async function benchOf(spec: CircuitSpec, seed = 1, modes?: Readonly<Record<string, Mode>>): Promise<Bench> {
  const compiled = compile(spec, modes === undefined ? {} : { modes });
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  const { program } = compiled;
  const executable = await referenceEngine.load(program);
  for (const [index, { id, role, type, stream }] of program.buffers.entries()) {
    if (role === "parameter" && stream !== undefined)
      await executable.write(id, numbers(sizeOf(type.shape), seed + index, 0.4));
  }
  const begin = async (batch: number): Promise<void> => {
    const inputs = new Map<BufferId, NumberArray>();
    for (const { id, role, type } of program.buffers) {
      if (type.batch && (role === "noise" || role === "input")) {
        inputs.set(id, new Float64Array(batch * sizeOf(type.shape)));
      }
    }
    await executable.run({ batch, schedule: [{ phase: "start" }], inputs });
  };
  return {
    program,
    executable,
    states: (batch) =>
      new Map(
        program.states.map(({ buffer }, index) => [
          buffer,
          numbers(batch * stateSize(program, buffer), 100 * seed + index, 1),
        ]),
      ),
    discrepancies: async (states, batch) => {
      await begin(batch);
      const outputs = program.errors.map(({ discrepancy }) => discrepancy);
      const results = await executable.run({ batch, schedule: [{ phase: "readout" }], inputs: states, outputs });
      const total = new Float64Array(batch);
      for (const values of results.values()) for (let n = 0; n < batch; n++) total[n]! += values[n]!;
      return total;
    },
    settle: async (states, batch, steps) => {
      await begin(batch);
      const outputs = program.states.map(({ buffer }) => buffer);
      const results = await executable.run({
        batch,
        schedule: [{ phase: "step", times: steps }],
        inputs: states,
        outputs,
      });
      return new Map([...results].map(([id, values]) => [id, Float64Array.from(values)]));
    },
  };
}

export function stateSize(program: Program, buffer: BufferId): number {
  return sizeOf(program.buffers.find(({ id }) => id === buffer)!.type.shape);
}

/** Numbers between −size and size that depend on `seed` and position only. */
function numbers(count: number, seed: number, size: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(12.9898 * (k + 1) + 78.233 * (seed + 1)) * 43758.5453;
    return size * (2 * (x - Math.floor(x)) - 1);
  });
}
