/** A Program held by the reference engine. */
import { type BufferId, type PhaseName, phaseNames, type Program } from "@settle/program";
import { type EngineInfo, type Executable, type NumberArray, type RunRequest, Turns } from "@settle/runtime";

import { BufferStore } from "./buffer-store.ts";
import { compilePhase, type Operation } from "./compile-phase.ts";

/** How long it computes before it lets the event loop have a turn, so that Ctrl-C arrives. */
const TURN_MILLISECONDS = 50;

export class ReferenceExecutable implements Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly #buffers: BufferStore;
  readonly #operations: ReadonlyMap<PhaseName, readonly Operation[]>;
  readonly #turns = new Turns();

  constructor(program: Program, info: EngineInfo) {
    this.program = program;
    this.info = info;
    this.#buffers = new BufferStore(program);
    this.#operations = new Map(phaseNames.map((name) => [name, compilePhase(program, program.phases[name])]));
  }

  run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    return this.#turns.take(() => this.#run(request));
  }

  write(buffer: BufferId, values: NumberArray): Promise<void> {
    return this.#turns.take(() => this.#buffers.copyIn(buffer, values));
  }

  read(buffer: BufferId): Promise<NumberArray> {
    return this.#turns.take(() => Float64Array.from(this.#buffers.get(buffer)));
  }

  dispose(): Promise<void> {
    return this.#turns.end(() => this.#buffers.clear());
  }

  async #run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { schedule, signal, inputs = new Map<BufferId, NumberArray>(), outputs = [] } = request;
    signal?.throwIfAborted();
    const { check } = this.#buffers;
    check.checkBatch(request.batch);
    if (check.concernsSamples(schedule, [...inputs.keys(), ...outputs])) this.#buffers.resize(request.batch);
    for (const [buffer, values] of inputs) this.#buffers.copyIn(buffer, values);
    check.requireInputs(schedule, (id) => this.#buffers.has(id));
    const turn = { start: performance.now() };
    for (const { phase, times = 1 } of schedule) {
      for (let time = 0; time < times; time++) await this.#runPhase(phase, turn, signal);
    }
    return new Map(outputs.map((buffer) => [buffer, Float64Array.from(this.#buffers.get(buffer))]));
  }

  /** All reads, then all instructions, then all writes; an abort in between leaves the buffers as they were. */
  async #runPhase(name: PhaseName, turn: { start: number }, signal: AbortSignal | undefined): Promise<void> {
    const phase = this.program.phases[name];
    const values: Float64Array[] = [];
    for (const { value, buffer } of phase.reads) values[value] = this.#buffers.get(buffer);
    signal?.throwIfAborted();
    for (const { out, compute } of this.#operations.get(name) ?? []) {
      values[out] = compute(values, this.#buffers.batch);
      if (performance.now() - turn.start > TURN_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn.start = performance.now();
        signal?.throwIfAborted();
      }
    }
    for (const { buffer, value } of phase.writes) {
      const result = values[value];
      if (result === undefined) throw new Error(`phase ${name} writes value ${value}, which nothing computes`);
      this.#buffers.set(buffer, result);
    }
  }
}
