/** Writes a problem for all contenders, and says what the reference engine makes of its first samples. */
import { createSession } from "@settle/settle";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "@settle/runs";
import { sampleNormals, sampleUniforms, type StoredTensor } from "@settle/runtime";
import { readFile, writeFile } from "node:fs/promises";
import type { ChainProblem } from "./problems.ts";

export interface Settled {
  /** `z0` … `zL` and `e0` … `eL−1` of the first samples. */
  readonly tensors: ReadonlyMap<string, Float32Array | Float64Array>;
  readonly samples: number;
}

/** Seed of everything that is drawn here, and of the sessions that settle it. */
export const problemSeed = 1;

/**
 * Draws weights as the circuit says, small biases, and pixels uniform in 0 … 1, and lets the reference engine make the
 * start states of them.
 *
 * @param file becomes a safetensors file as `problem.py` reads it
 * @param checked how many samples the reference engine settles to the end
 */
export async function makeProblem(
  { circuit, constants }: ChainProblem,
  { file, batch, checked }: { readonly file: string; readonly batch: number; readonly checked: number },
): Promise<Settled> {
  const session = await createSession(circuit, { engine: "reference", seed: problemSeed });
  const parameters = new Map<string, StoredTensor>();
  for (const [id, { role, shape, data }] of await session.parameters.export()) {
    if (role !== "parameter") continue;
    const key = { seed: problemSeed, stream: `bench/${id}`, epoch: 0, samples: [0] };
    const biases = id.startsWith("bias:") ? sampleNormals(key, data.length).map((x) => 0.05 * x) : undefined;
    parameters.set(id, { role, shape, data: biases ?? Float32Array.from(data) });
  }
  await session.parameters.import(parameters);
  const [observed] = session.program.observed;
  if (observed?.data === undefined) throw new Error(`${circuit.name} is fed with nothing`);
  const sizes = new Map(session.program.buffers.map(({ id, type }) => [id, type.shape] as const));
  const shape = sizes.get(observed.data) ?? [];
  const size = shape.reduce((product, extent) => product * extent, 1);
  const image = sampleUniforms(
    { seed: problemSeed, stream: "bench/image", epoch: 0, samples: Array.from({ length: batch }, (_, i) => i) },
    size,
  );
  const start = await session.settle({ count: batch, fields: { image } }, { steps: 0, states: "all" });
  const tensors = new Map<string, Tensor>(parameters);
  for (const { id, buffer } of session.program.states) {
    const data = Float32Array.from(start.states[id] ?? []);
    tensors.set(id, { shape: [batch, ...(sizes.get(buffer) ?? [])], data });
  }
  const metadata = { problem: JSON.stringify(constants), circuit: JSON.stringify(circuit) };
  await writeFile(file, encodeSafetensors({ tensors, metadata }));
  const few = { count: checked, fields: { image: image.slice(0, checked * size) } };
  const { states, errors } = await session.settle(few, { states: "all", errors: "all" });
  await session.dispose();
  return { tensors: numbered(states, errors), samples: checked };
}

/** States from the lowest up as `z0` …, errors as `e0` …, whatever a circuit calls them; their order is that of the ids. */
export function numbered<T>(states: Readonly<Record<string, T>>, errors: Readonly<Record<string, T>>): Map<string, T> {
  const named = new Map<string, T>();
  Object.keys(states)
    .sort()
    .forEach((id, layer) => named.set(`z${layer}`, states[id] as T));
  Object.keys(errors)
    .sort()
    .forEach((id, layer) => named.set(`e${layer}`, errors[id] as T));
  return named;
}

/**
 * How far a contender's numbers are from the reference engine's.
 *
 * @param file what it wrote: `z0` …, `e0` … of the same samples
 * @returns greatest |difference| of any tensor, relative to that tensor's greatest entry; Infinity if a
 *   tensor is missing, NaN if a number is none
 */
export async function differenceOf(file: string, settled: Settled): Promise<number> {
  const { tensors } = decodeSafetensors(await readFile(file), file);
  let greatest = 0;
  for (const [name, wanted] of settled.tensors) {
    const got = tensors.get(name)?.data;
    if (got === undefined || got.length !== wanted.length) return Infinity;
    let scale = 0;
    let apart = 0;
    for (const [i, value] of wanted.entries()) {
      scale = Math.max(scale, Math.abs(value));
      const difference = Math.abs(value - (got[i] ?? NaN));
      if (Number.isNaN(difference)) return NaN;
      apart = Math.max(apart, difference);
    }
    greatest = Math.max(greatest, apart / scale);
  }
  return greatest;
}
