/** The three reversed phases of a settle, loaded, with the parameters and sums of a circuit. */
import { type Backpropagation, type BufferId, type ReversedPhase, sizeOf } from "@settle/program";
import type { Engine, Executable, LoadOptions } from "./engine.ts";
import { initialValues } from "./noise.ts";
import type { StoredTensor } from "./run-store.ts";

export interface ReversedExecutable extends Pick<ReversedPhase, "given"> {
  readonly executable: Executable;
}

export interface ReversedExecutables extends Pick<Backpropagation, "adjoints" | "modes"> {
  readonly atLoss: ReversedExecutable;
  readonly ofStep: ReversedExecutable;
  readonly ofStart: ReversedExecutable;
  /** Sets the parameters, and all sums to zero. */
  begin(tensors: ReadonlyMap<string, StoredTensor>): Promise<void>;
  /** What the three have summed, by accumulator. */
  sums(): Promise<ReadonlyMap<BufferId, Float64Array>>;
  dispose(): Promise<void>;
}

/** @throws {SettleError} `engine/unavailable`, `engine/unsupported` */
export async function loadReversed(
  { atLoss, ofStep, ofStart, adjoints, modes, sums }: Backpropagation,
  engine: Engine,
  seed: number,
  options: LoadOptions,
): Promise<ReversedExecutables> {
  const loaded: Executable[] = [];
  const dispose = async (): Promise<void> => {
    for (const each of loaded.splice(0)) await each.dispose();
  };
  const load = async ({ program, given }: ReversedPhase): Promise<ReversedExecutable> => {
    const executable = await engine.load(program, options);
    loaded.push(executable);
    for (const buffer of program.buffers) {
      if (buffer.role !== "input" || buffer.type.batch || buffer.initial === undefined) continue;
      await executable.write(buffer.id, initialValues(buffer, seed));
    }
    return { executable, given };
  };
  try {
    return {
      adjoints,
      modes,
      atLoss: await load(atLoss),
      ofStep: await load(ofStep),
      ofStart: await load(ofStart),
      async begin(tensors) {
        for (const executable of loaded) {
          for (const { id, role, type } of executable.program.buffers) {
            if (role === "accumulator") await executable.write(id, new Float32Array(sizeOf(type.shape)));
            const tensor = role === "parameter" ? tensors.get(id) : undefined;
            if (tensor !== undefined) await executable.write(id, tensor.data);
          }
        }
      },
      async sums() {
        const totals = new Map<BufferId, Float64Array>();
        for (const id of sums) {
          for (const executable of loaded) {
            const own = await executable.read(id);
            const total = totals.get(id) ?? new Float64Array(own.length);
            for (let i = 0; i < total.length; i++) total[i]! += own[i]!;
            totals.set(id, total);
          }
        }
        return totals;
      },
      dispose,
    };
  } catch (fault) {
    await dispose();
    throw fault;
  }
}
