/** A Program held by the wasm engine. */
import { type KernelArray, type KernelPlan, phaseParts, type SchedulePiece, splitSchedule } from "@settle/kernels";
import { type BufferId, fixedValues, type PhaseName, type Program } from "@settle/program";
import {
  type EngineInfo,
  type Executable,
  lentArray,
  type NumberArray,
  RequestCheck,
  type RunRequest,
  type ScheduleEntry,
  Turns,
} from "@settle/runtime";

import { partsOf } from "./emit/emit-module.ts";
import { nextGroupAddress, stopFlagAddress } from "./emit/module-builder.ts";
import type { KernelForms, KernelModule } from "./kernel-forms.ts";
import type { LaneMemory } from "./lane-memory.ts";
import { runInTurns } from "./run-in-turns.ts";
import type { WorkerPool } from "./worker-pool.ts";
import type { GroupJob } from "./worker-source.ts";

type Modules = ReadonlyMap<PhaseName, KernelModule>;

export interface WasmParts {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly forms: KernelForms;
  readonly memory: LaneMemory;
  /** Absent where there are no workers. */
  readonly pool?: WorkerPool;
}

export class WasmExecutable implements Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly #parts: WasmParts;
  readonly #check: RequestCheck;
  /** By buffer, as the present plan places them. */
  #arrays: ReadonlyMap<BufferId, KernelArray>;
  #plan: KernelPlan;
  /** Inputs and noise that somebody has given, or that have a default. */
  readonly #given = new Set<BufferId>();
  readonly #turns = new Turns();

  constructor(parts: WasmParts) {
    const { program, forms, memory } = parts;
    this.program = program;
    this.info = parts.info;
    this.#parts = parts;
    this.#check = new RequestCheck(program);
    this.#plan = forms.plan;
    this.#arrays = arraysByBuffer(forms.plan);
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
    return this.#turns.take(() => this.#run(request));
  }

  write(buffer: BufferId, values: NumberArray): Promise<void> {
    return this.#turns.take(() => this.#copyIn(buffer, values));
  }

  read(buffer: BufferId): Promise<NumberArray> {
    return this.#turns.take(() => {
      this.#check.declaration(buffer);
      return this.#parts.memory.read(this.#array(buffer));
    });
  }

  dispose(): Promise<void> {
    return this.#turns.end(() => this.#parts.pool?.end());
  }

  async #run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { batch, schedule, signal, inputs = new Map<BufferId, NumberArray>(), outputs = [], into } = request;
    const { memory, forms } = this.#parts;
    signal?.throwIfAborted();
    this.#check.checkBatch(batch);
    const isAnother = batch !== memory.batch && this.#check.concernsSamples(schedule, [...inputs.keys(), ...outputs]);
    if (isAnother) this.#usePlan(forms.planFor(batch));
    const plan = this.#plan;
    const phases = schedule.map(({ phase }) => phase);
    // Before the samples get what room is left.
    const modules = await forms.modulesFor(plan, phases, memory);
    if (isAnother) {
      memory.resize(batch);
      for (const id of this.#given) if (this.#check.declaration(id).type.batch) this.#given.delete(id);
    }
    for (const [buffer, values] of inputs) this.#copyIn(buffer, values);
    this.#check.requireInputs(schedule, (id) => this.#given.has(id));
    for (const part of splitSchedule(schedule, phaseParts(plan))) await this.#runPart(modules, part, signal);
    return new Map(
      outputs.map((buffer) => {
        const array = this.#array(buffer);
        return [buffer, memory.read(array, lentArray(into, buffer, memory.lengthOf(array)))];
      }),
    );
  }

  /** What is held for samples is forgotten if it is another plan than before. */
  #usePlan(plan: KernelPlan): void {
    if (plan === this.#plan) return;
    this.#parts.memory.use(plan);
    this.#plan = plan;
    this.#arrays = arraysByBuffer(plan);
  }

  /** Heads, then all groups, then tails: the schedule was split so that no head waits for a tail of the same part. */
  async #runPart(modules: Modules, part: SchedulePiece, signal: AbortSignal | undefined): Promise<void> {
    const { memory } = this.#parts;
    const has = (phase: PhaseName): ReturnType<typeof partsOf> => partsOf(this.#plan, phase);
    signal?.throwIfAborted();
    for (const { phase } of part) if (has(phase).head) modules.get(phase)?.functions[`${phase}.head`]?.();
    const groups = part.filter(({ phase }) => has(phase).group);
    if (groups.length > 0) await this.#runGroups(modules, groups, signal);
    for (const { phase } of part) {
      if (has(phase).tail) modules.get(phase)?.functions[`${phase}.tail`]?.(memory.partialBase, memory.groups);
    }
  }

  async #runGroups(
    modules: Modules,
    part: readonly Required<ScheduleEntry>[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { memory, pool } = this.#parts;
    const job: GroupJob = {
      kind: "job",
      modules: new Map([...modules.values()].map(({ key, module }) => [key, module])),
      schedule: part.map(({ phase, times }) => [modules.get(phase)?.key ?? "", `${phase}.group`, times]),
      groups: memory.groups,
      lanes: this.#plan.lanes,
      samples: memory.batch,
      temporary: memory.temporaryOf(0),
      temporaryBytes: memory.temporaryBytes,
      group: memory.groupBase,
      groupBytes: memory.groupBytes,
      partial: memory.partialBase,
      partialBytes: memory.partialBytes,
    };
    if (pool === undefined)
      return runInTurns(new Map([...modules.values()].map(({ key, functions }) => [key, functions])), job, signal);
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

function arraysByBuffer({ arrays }: KernelPlan): ReadonlyMap<BufferId, KernelArray> {
  return new Map(arrays.flatMap((array) => (array.buffer === undefined ? [] : [[array.buffer, array] as const])));
}
