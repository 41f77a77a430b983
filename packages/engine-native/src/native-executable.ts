/** A Program held by compiled kernels. */
import { settleError } from "@settle/diagnostics";
import { splitSchedule } from "@settle/kernels";
import { type BufferId, fixedValues, phaseNames, type Program } from "@settle/program";
import {
  type EngineInfo,
  type Executable,
  lentArray,
  type NumberArray,
  RequestCheck,
  type RunRequest,
  Turns,
} from "@settle/runtime";
import { totalmem } from "node:os";
import { overrun } from "./emit/emit-program.ts";
import { type Grouping, groupSamples } from "./choose-lanes.ts";
import type { KernelLayout, PlacedBuffer } from "./kernel-layout.ts";
import { addressOf, type NativeLibrary, type NativeMemory } from "./native-library.ts";
import { nativeRequest, type Transfer } from "./native-request.ts";

export interface NativeParts {
  readonly layout: KernelLayout;
  readonly library: NativeLibrary;
  readonly threads: number;
}

export class NativeExecutable implements Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly #layout: KernelLayout;
  readonly #library: NativeLibrary;
  readonly #threads: number;
  readonly #check: RequestCheck;
  readonly #arrays: ReadonlyMap<BufferId, PlacedBuffer>;
  /** Inputs and noise somebody has given. */
  readonly #given = new Set<BufferId>();
  /** Copies of inputs on their way in, kept for the next run: memory used for the first time costs more than the copy. */
  readonly #copies = new Map<BufferId, Float32Array>();
  #memory: NativeMemory;
  #batch = 0;
  #grouping: Grouping = { laneGroups: 0, singles: 0 };
  readonly #turns = new Turns();

  constructor(program: Program, info: EngineInfo, parts: NativeParts) {
    this.program = program;
    this.info = info;
    this.#layout = parts.layout;
    this.#library = parts.library;
    this.#threads = parts.threads;
    const { library, layout } = parts;
    const { room, buffers } = layout;
    this.#memory = {
      group: library.allocate(0),
      temporary: library.allocate(room.temporary * parts.threads),
      shared: library.allocate(room.shared),
      partial: library.allocate(0),
    };
    this.#check = new RequestCheck(program);
    this.#arrays = new Map(buffers.map((placed) => [placed.buffer, placed]));
    for (const buffer of program.buffers) {
      const values = buffer.type.batch ? undefined : fixedValues(buffer);
      if (values === undefined) continue;
      this.#sharedView(buffer.id).set(values);
      this.#given.add(buffer.id);
    }
  }

  /** Whole lane groups, so that a batch which is split is grouped as it would have been. */
  get largestBatch(): number {
    const { lanes } = this.#layout;
    return Math.max(lanes, Math.floor(memoryLimit() / this.#bytesPerSample() / lanes) * lanes);
  }

  run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    return this.#turns.take(() => this.#run(request));
  }

  write(buffer: BufferId, values: NumberArray): Promise<void> {
    return this.#turns.take(async () => {
      this.#check.checkSize(buffer, values, this.#batch);
      if (this.#check.declaration(buffer).type.batch) await this.#exchange({ inputs: new Map([[buffer, values]]) });
      else this.#sharedView(buffer).set(values);
      this.#given.add(buffer);
    });
  }

  read(buffer: BufferId): Promise<NumberArray> {
    return this.#turns.take(
      async () => (await this.#exchange({ outputs: [buffer] })).get(buffer) ?? new Float32Array(),
    );
  }

  dispose(): Promise<void> {
    return this.#turns.end(() => {
      this.#library.unload();
      this.#copies.clear();
      const nothing = new Float32Array();
      this.#memory = { group: nothing, temporary: nothing, shared: nothing, partial: nothing };
    });
  }

  async #run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { batch, schedule, signal, inputs = new Map<BufferId, NumberArray>(), outputs = [] } = request;
    signal?.throwIfAborted();
    this.#check.checkBatch(batch);
    if (this.#check.concernsSamples(schedule, [...inputs.keys(), ...outputs])) await this.#resize(batch);
    for (const [buffer, values] of inputs) this.#check.checkSize(buffer, values, this.#batch);
    for (const [buffer, values] of inputs) {
      if (!this.#check.declaration(buffer).type.batch) this.#sharedView(buffer).set(values);
      this.#given.add(buffer);
    }
    this.#check.requireInputs(schedule, (id) => this.#given.has(id));
    return this.#exchange(request);
  }

  /** Inputs of samples in, schedule, outputs out. */
  async #exchange(request: Partial<RunRequest>): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { schedule = [], inputs = [], outputs = [], into, signal } = request;
    const isBatched = (buffer: BufferId): boolean => this.#check.declaration(buffer).type.batch;
    const transfer = async (buffer: BufferId, values: Float32Array): Promise<Transfer> => {
      const { offset, singleOffset, elements } = this.#arrayOf(buffer);
      return { offset, singleOffset, elements, address: await addressOf(values) };
    };
    // Copies: what the caller does with its arrays while native code runs must not matter.
    const given = [...inputs]
      .filter(([buffer]) => isBatched(buffer))
      .map(([buffer, values]) => [buffer, this.#copyOf(buffer, values)] as const);
    const results = new Map<BufferId, Float32Array>();
    for (const buffer of outputs) {
      if (!isBatched(buffer)) continue;
      const length = this.#arrayOf(buffer).elements * this.#batch;
      const lent = lentArray(into, buffer, length);
      results.set(buffer, lent !== undefined && staysInPlace(lent) ? lent : offHeap(length));
    }
    const transfers = {
      in: await Promise.all(given.map(([buffer, values]) => transfer(buffer, values))),
      out: await Promise.all([...results].map(([buffer, values]) => transfer(buffer, values))),
    };
    const stop = new Int32Array(new ArrayBuffer(128));
    const onAbort = (): void => {
      Atomics.store(stop, 0, 1);
    };
    signal?.addEventListener("abort", onAbort);
    try {
      const pieces = splitSchedule(schedule, this.#layout.parts);
      for (const [k, piece] of pieces.entries()) {
        const wanted = nativeRequest({
          threads: this.#threads,
          samples: this.#batch,
          laneGroups: this.#grouping.laneGroups,
          schedule: piece.map(({ phase, times }) => ({ phase: phaseNames.indexOf(phase), times })),
          inputs: k === 0 ? transfers.in : [],
          outputs: k === pieces.length - 1 ? transfers.out : [],
        });
        const stopped = await this.#library.run(this.#memory, wanted, stop);
        if (stopped) signal?.throwIfAborted();
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    signal?.throwIfAborted();
    for (const buffer of outputs) if (!results.has(buffer)) results.set(buffer, this.#sharedView(buffer).slice());
    return results;
  }

  #bytesPerSample(): number {
    const { lanes, group, partial } = this.#layout;
    return (4 * (group + partial)) / lanes;
  }

  #copyOf(buffer: BufferId, values: NumberArray): Float32Array {
    let copy = this.#copies.get(buffer);
    if (copy?.length !== values.length) this.#copies.set(buffer, (copy = offHeap(values.length)));
    copy.set(values);
    return copy;
  }

  /** Makes room for another number of samples; what was held for each sample is forgotten. */
  async #resize(batch: number): Promise<void> {
    if (batch === this.#batch) return;
    const { lanes, single } = this.#layout;
    const grouping =
      single === undefined
        ? { laneGroups: Math.ceil(batch / lanes), singles: 0 }
        : groupSamples(this.program, batch, lanes);
    const { laneGroups, singles } = grouping;
    const group = laneGroups * this.#layout.group + singles * (single ?? 0) + overrun;
    const partial = (laneGroups + singles) * this.#layout.partial;
    const perSample = this.#bytesPerSample();
    if (4 * (group + partial) > memoryLimit()) throw tooLarge(batch, Math.floor(memoryLimit() / perSample), perSample);
    // The old memory goes first: there may not be room for both.
    this.#batch = 0;
    this.#copies.clear();
    const library = this.#library;
    this.#memory = { ...this.#memory, group: library.allocate(0), partial: library.allocate(0) };
    try {
      this.#memory = { ...this.#memory, group: library.allocate(group), partial: library.allocate(partial) };
    } catch (fault) {
      if (fault instanceof RangeError) throw tooLarge(batch, 0, perSample);
      throw fault;
    }
    this.#batch = batch;
    this.#grouping = grouping;
    for (const id of this.#given) if (this.#check.declaration(id).type.batch) this.#given.delete(id);
    for (const buffer of this.program.buffers) {
      const { id, type } = buffer;
      const one = type.batch ? fixedValues(buffer) : undefined;
      if (one === undefined) continue;
      const all = new Float32Array(one.length * batch);
      for (let sample = 0; sample < batch; sample++) all.set(one, sample * one.length);
      await this.#exchange({ inputs: new Map([[id, all]]) });
      this.#given.add(id);
    }
  }

  #arrayOf(id: BufferId): PlacedBuffer {
    this.#check.declaration(id);
    const array = this.#arrays.get(id);
    if (array === undefined) throw new Error(`native engine fault: no array holds ${id}`);
    return array;
  }

  #sharedView(id: BufferId): Float32Array {
    const { offset, elements } = this.#arrayOf(id);
    return this.#memory.shared.subarray(offset, offset + elements);
  }
}

/** Arrays up to 64 bytes may lie where the collector moves things; others can be shared with somebody. */
function staysInPlace({ byteLength, buffer }: Float32Array): boolean {
  return byteLength > 64 && buffer instanceof ArrayBuffer;
}

/** An array that does not move, however small. */
function offHeap(length: number): Float32Array {
  return new Float32Array(new ArrayBuffer(4 * Math.max(length, 32)), 0, length);
}

/** Bytes the samples of a batch may take: what the system, or the container, has, less a quarter for everything else. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  const all = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return 0.75 * all;
}

function tooLarge(batch: number, most: number, bytesPerSample: number): Error {
  return settleError(
    "engine/out-of-memory",
    `A batch of ${batch} needs ${Math.ceil(bytesPerSample / 1024)} KiB a sample, more memory than there is.`,
    { help: most > 0 ? `the largest batch that fits is ${most}` : "take smaller batches" },
  );
}
