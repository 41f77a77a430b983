/** A Program held by the wasm engine. */
import { type KernelArray, type KernelPlan, type SchedulePiece, splitSchedule } from "@settle/kernels";
import { type BufferId, fixedValues, type Program } from "@settle/program";
import {
  type EngineInfo,
  type Executable,
  type NumberArray,
  RequestCheck,
  type RunRequest,
  type ScheduleEntry,
} from "@settle/runtime";

import type { EmittedModule } from "./emit/emit-module.ts";
import { nextGroupAddress, stopFlagAddress } from "./emit/module-builder.ts";
import type { LaneMemory } from "./lane-memory.ts";
import { runInTurns } from "./run-in-turns.ts";
import type { WorkerPool } from "./worker-pool.ts";
import type { GroupJob } from "./worker-source.ts";

export type PhaseFunctions = Readonly<Record<string, (...bases: readonly number[]) => void>>;

export interface WasmParts {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly plan: KernelPlan;
  readonly module: EmittedModule;
  readonly memory: LaneMemory;
  /** Phase functions on the thread that calls. */
  readonly functions: PhaseFunctions;
  /** Absent where there are no workers. */
  readonly pool?: WorkerPool;
}

/** Calls wait for one another: a run that is under way is never interleaved with a write or another run. */
export class WasmExecutable implements Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly #parts: WasmParts;
  readonly #check: RequestCheck;
  readonly #arrays: ReadonlyMap<string, KernelArray>;
  /** Inputs and noise that somebody has given, or that have a default. */
  readonly #given = new Set<BufferId>();
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(parts: WasmParts) {
    const { program, plan, memory } = parts;
    this.program = program;
    this.info = parts.info;
    this.#parts = parts;
    this.#check = new RequestCheck(program);
    this.#arrays = new Map(plan.arrays.flatMap((array) => (array.buffer === undefined ? [] : [[array.buffer, array]])));
    for (const buffer of program.buffers) {
      const values = buffer.type.batch ? undefined : fixedValues(buffer);
      if (values === undefined) continue;
      memory.write(this.#array(buffer.id), values);
      this.#given.add(buffer.id);
    }
  }

  get largestBatch(): number {
    return this.#parts.memory.largestBatch;
  }

  run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    return this.#inTurn(() => this.#run(request));
  }

  write(buffer: BufferId, values: NumberArray): Promise<void> {
    return this.#inTurn(() => this.#copyIn(buffer, values));
  }

  read(buffer: BufferId): Promise<NumberArray> {
    return this.#inTurn(() => {
      this.#check.declaration(buffer);
      return this.#parts.memory.read(this.#array(buffer));
    });
  }

  dispose(): Promise<void> {
    return this.#inTurn(() => {
      this.#disposed = true;
      this.#parts.pool?.end();
    });
  }

  #inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      if (this.#disposed) throw new Error("this executable was disposed of");
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { batch, schedule, signal, inputs = new Map<BufferId, NumberArray>(), outputs = [] } = request;
    const { memory } = this.#parts;
    signal?.throwIfAborted();
    this.#check.checkBatch(batch);
    if (this.#check.concernsSamples(schedule, [...inputs.keys(), ...outputs]) && batch !== memory.batch) {
      memory.resize(batch);
      for (const id of this.#given) if (this.#check.declaration(id).type.batch) this.#given.delete(id);
    }
    for (const [buffer, values] of inputs) this.#copyIn(buffer, values);
    this.#check.requireInputs(schedule, (id) => this.#given.has(id));
    for (const part of splitSchedule(schedule, this.#parts.plan)) await this.#runPart(part, signal);
    return new Map(outputs.map((buffer) => [buffer, memory.read(this.#array(buffer))]));
  }

  /** Heads, then all groups, then tails: the schedule was split so that no head waits for a tail of the same part. */
  async #runPart(part: SchedulePiece, signal: AbortSignal | undefined): Promise<void> {
    const { module, memory, functions } = this.#parts;
    signal?.throwIfAborted();
    for (const { phase } of part) if (module.phases[phase].head) functions[`${phase}.head`]?.();
    const groups = part.filter(({ phase }) => module.phases[phase].group);
    if (groups.length > 0) await this.#runGroups(groups, signal);
    for (const { phase } of part)
      if (module.phases[phase].tail) functions[`${phase}.tail`]?.(memory.partialBase, memory.groups);
  }

  async #runGroups(part: readonly Required<ScheduleEntry>[], signal: AbortSignal | undefined): Promise<void> {
    const { plan, memory, functions, pool } = this.#parts;
    const job: GroupJob = {
      kind: "job",
      schedule: part.map(({ phase, times }) => [`${phase}.group`, times]),
      groups: memory.groups,
      lanes: plan.lanes,
      samples: memory.batch,
      group: memory.groupBase,
      groupBytes: memory.groupBytes,
      partial: memory.partialBase,
      partialBytes: memory.partialBytes,
    };
    if (pool === undefined) return runInTurns(functions, memory.temporaryOf(0), job, signal);
    const control = new Int32Array(memory.memory.buffer, 0, 16);
    Atomics.store(control, stopFlagAddress / 4, 0);
    Atomics.store(control, nextGroupAddress / 4, 0);
    const stop = (): void => void Atomics.store(control, stopFlagAddress / 4, 1);
    signal?.addEventListener("abort", stop);
    try {
      await pool.run(job);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
  }

  #copyIn(id: BufferId, values: NumberArray): void {
    const { memory } = this.#parts;
    this.#check.checkSize(id, values, memory.batch);
    memory.write(this.#array(id), values);
    this.#given.add(id);
  }

  #array(id: BufferId): KernelArray {
    const array = this.#arrays.get(this.#check.declaration(id).id);
    if (array === undefined) throw new Error(`kernel fault: the plan has no array for ${id}`);
    return array;
  }
}
