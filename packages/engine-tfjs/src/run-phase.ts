/** Runs a compiled phase, freeing every tensor as soon as nothing needs it. */
import type { Phase, ValueId } from "@settle/program";
import { alias } from "./alias.ts";
import type { Tensor } from "./backends/backend.ts";
import type { BufferTensors } from "./buffer-tensors.ts";
import type { CompiledPhase, Operation } from "./compile-phase.ts";
import type { Kit } from "./kit.ts";

/**
 * @param pause  called before every repetition; may let the event loop have a turn, and may throw to stop
 */
export async function runPhase(
  kit: Kit,
  { phase, once, each }: CompiledPhase,
  buffers: BufferTensors,
  times: number,
  pause: () => Promise<void>,
): Promise<void> {
  const steady: (Tensor | undefined)[] = [];
  try {
    for (let time = 0; time < times; time++) {
      await pause();
      for (const { value, buffer } of phase.reads) steady[value] = buffers.get(buffer);
      if (time === 0) for (const operation of once) steady[operation.out] = perform(kit, operation, steady, buffers);
      const values = [...steady];
      try {
        for (const operation of each) {
          values[operation.out] = perform(kit, operation, values, buffers);
          for (const value of operation.frees) free(kit, values, value);
        }
        writeBack(kit, phase, values, new Set(each.map(({ out }) => out)), buffers);
      } finally {
        for (const { out } of each) free(kit, values, out);
      }
    }
  } finally {
    for (const { out } of once) free(kit, steady, out);
  }
}

/** Hands over what the repetition computed; what belongs to another buffer, or goes into two, gets a second handle. */
function writeBack(
  kit: Kit,
  { writes }: Phase,
  values: (Tensor | undefined)[],
  computed: Set<ValueId>,
  buffers: BufferTensors,
): void {
  const results = writes.map(({ buffer, value }) => {
    const tensor = values[value];
    if (tensor === undefined) throw new Error(`a phase writes value ${value}, which nothing computes`);
    return { buffer, value, tensor };
  });
  const owned = results.map(({ buffer, value, tensor }) => ({
    buffer,
    tensor: computed.delete(value) ? tensor : alias(kit, tensor),
  }));
  for (const { value } of results) values[value] = undefined;
  for (const { buffer, tensor } of owned) buffers.set(buffer, tensor);
}

function perform(
  kit: Kit,
  { compute }: Operation,
  values: readonly (Tensor | undefined)[],
  buffers: BufferTensors,
): Tensor {
  return kit.tf.tidy(() => compute(values, buffers.batch));
}

function free(kit: Kit, values: (Tensor | undefined)[], value: ValueId): void {
  const tensor = values[value];
  if (tensor === undefined) return;
  kit.free(tensor);
  values[value] = undefined;
}
