/**
 * The executables of a session: one per mode set, loaded when first used, all with the same parameters.
 *
 * Parameters live in the executable that learned last (the holder) and are copied through the host only when another
 * one is used. The host's copy is what is true whenever there is no holder.
 */
import { type Buffer, type Program, sizeOf } from "@settle/program";
import { checkTensors } from "./check-tensors.ts";
import type { Engine, Executable, LoadOptions } from "./engine.ts";
import { type Modes, programKey } from "./modes.ts";
import { initialValues } from "./noise.ts";
import type { StoredTensor } from "./run-store.ts";

export interface ExecutablePool {
  /** The executable for a mode set, with the latest parameters and moments in it. */
  use(modes?: Modes): Promise<Executable>;
  /** Tells that `apply` ran in this executable. */
  learned(executable: Executable): void;
  exportTensors(): Promise<ReadonlyMap<string, StoredTensor>>;
  importTensors(tensors: ReadonlyMap<string, StoredTensor>): void;
  /** Back to the parameters from before the first update. */
  reset(): void;
  dispose(): Promise<void>;
}

export interface PoolOptions {
  readonly programFor: (modes?: Modes) => Program;
  readonly engine: Engine;
  readonly seed: number;
  readonly load: LoadOptions;
  /** Executables kept at a time, ≥ 1. */
  readonly capacity: number;
}

interface Entry {
  readonly executable: Executable;
  /** Version of the parameters it holds. */
  version: number;
}

export function createExecutablePool(options: PoolOptions): ExecutablePool {
  const programs = new Map<string, Program>();
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  let host = new Map<string, StoredTensor>();
  let version = 0;
  let holder: Entry | undefined;

  function programOf(modes: Modes | undefined): Program {
    const key = JSON.stringify(Object.entries(modes ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const program = programs.get(key) ?? options.programFor(modes);
    programs.set(key, program);
    return program;
  }

  async function load(program: Program): Promise<Entry> {
    const executable = await options.engine.load(program, options.load);
    for (const buffer of program.buffers) {
      if (buffer.role === "accumulator") {
        await executable.write(buffer.id, new Float32Array(sizeOf(buffer.type.shape)));
      } else if (buffer.role === "input" && !buffer.type.batch && buffer.initial !== undefined) {
        await executable.write(buffer.id, initialValues(buffer, options.seed));
      }
    }
    return { executable, version: -1 };
  }

  async function pull(): Promise<void> {
    if (holder === undefined) return;
    const { executable } = holder;
    for (const buffer of persistent(executable.program)) {
      host.set(buffer.id, stored(buffer, await executable.read(buffer.id)));
    }
    holder = undefined;
  }

  /** Buffers that no program had before start at their initial law. */
  function hostTensor(buffer: Buffer): StoredTensor {
    const tensor = host.get(buffer.id) ?? stored(buffer, initialValues(buffer, options.seed));
    host.set(buffer.id, tensor);
    return tensor;
  }

  async function evict(): Promise<void> {
    for (const [key, entry] of entries) {
      if (entries.size < options.capacity) return;
      if (entry === holder) await pull();
      entries.delete(key);
      await entry.executable.dispose();
    }
  }

  return {
    async use(modes) {
      const program = programOf(modes);
      const key = programKey(program);
      let entry = entries.get(key);
      if (entry === undefined) {
        await evict();
        entry = await load(program);
      }
      entries.delete(key);
      entries.set(key, entry);
      if (entry.version !== version) {
        await pull();
        for (const buffer of persistent(program)) await entry.executable.write(buffer.id, hostTensor(buffer).data);
        entry.version = version;
      }
      return entry.executable;
    },

    learned(executable) {
      const entry = [...entries.values()].find((candidate) => candidate.executable === executable);
      if (entry === undefined) throw new Error("the executable is not of this pool");
      version += 1;
      entry.version = version;
      holder = entry;
    },

    async exportTensors() {
      const kept = holder;
      await pull();
      holder = kept;
      for (const buffer of persistent(programOf(undefined))) hostTensor(buffer);
      return new Map([...host].map(([id, tensor]) => [id, { ...tensor, data: tensor.data.slice() }]));
    },

    importTensors(tensors) {
      const buffers = persistent(programOf(undefined));
      checkTensors(buffers, tensors);
      holder = undefined;
      version += 1;
      host = new Map();
      for (const buffer of buffers) {
        const tensor = tensors.get(buffer.id);
        if (tensor !== undefined) host.set(buffer.id, stored(buffer, tensor.data.slice()));
      }
    },

    reset() {
      holder = undefined;
      version += 1;
      host = new Map();
    },

    async dispose() {
      holder = undefined;
      for (const { executable } of entries.values()) await executable.dispose();
      entries.clear();
    },
  };
}

function persistent(program: Program): readonly Buffer[] {
  return program.buffers.filter(({ role }) => role === "parameter" || role === "moment");
}

function stored(buffer: Buffer, data: StoredTensor["data"]): StoredTensor {
  return { role: buffer.role === "moment" ? "moment" : "parameter", shape: buffer.type.shape, data };
}
