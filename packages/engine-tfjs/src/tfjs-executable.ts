/** A Program held by a tfjs backend. */
import { type BufferId, type PhaseName, phaseNames, type Program } from "@settle/program";
import type { EngineInfo, Executable, NumberArray, RunRequest } from "@settle/runtime";
import type { Tf, Traits } from "./backends/backend.ts";
import { activate, inTurn } from "./backends/backend-turn.ts";
import { BufferTensors } from "./buffer-tensors.ts";
import { type CompiledPhase, compilePhase } from "./compile-phase.ts";
import { Kit } from "./kit.ts";
import { runPhase } from "./run-phase.ts";

/** How long it computes before it lets the event loop have a turn, so that Ctrl-C arrives. */
const TURN_MILLISECONDS = 50;

/**
 * Calls wait for one another, across all executables of the process: tfjs has one current backend. Nothing is read back
 * before a run's outputs.
 */
export class TfjsExecutable implements Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  readonly #kit: Kit;
  readonly #tfName: string;
  readonly #buffers: BufferTensors;
  readonly #phases: Readonly<Record<PhaseName, CompiledPhase>>;
  #disposed = false;

  constructor(program: Program, info: EngineInfo, tf: Tf, tfName: string, traits: Traits) {
    this.program = program;
    this.info = info;
    this.#tfName = tfName;
    this.#kit = new Kit(tf, traits);
    this.#buffers = new BufferTensors(this.#kit, program);
    const compiled = phaseNames.map((name) => [name, compilePhase(this.#kit, program, program.phases[name])] as const);
    this.#phases = Object.fromEntries(compiled) as Record<PhaseName, CompiledPhase>;
  }

  run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    return this.#inTurn(() => this.#run(request));
  }

  write(buffer: BufferId, values: NumberArray): Promise<void> {
    return this.#inTurn(async () => this.#buffers.copyIn(buffer, values));
  }

  read(buffer: BufferId): Promise<NumberArray> {
    return this.#inTurn(() => this.#buffers.copyOut(buffer));
  }

  dispose(): Promise<void> {
    return this.#inTurn(async () => {
      this.#disposed = true;
      this.#buffers.clear();
      this.#kit.dispose();
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return inTurn(async () => {
      if (this.#disposed) throw new Error("this executable was disposed of");
      await activate(this.#kit.tf, this.#tfName);
      return work();
    });
  }

  async #run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>> {
    const { batch, schedule, signal, inputs = new Map<BufferId, NumberArray>(), outputs = [] } = request;
    signal?.throwIfAborted();
    const { check } = this.#buffers;
    check.checkBatch(batch);
    if (check.concernsSamples(schedule, [...inputs.keys(), ...outputs])) this.#buffers.resize(batch);
    for (const [buffer, values] of inputs) this.#buffers.copyIn(buffer, values);
    check.requireInputs(schedule, (id) => this.#buffers.isGiven(id));
    let turn = performance.now();
    const pause = async (): Promise<void> => {
      if (performance.now() - turn > TURN_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        // Whoever else uses tfjs in this process may have chosen another backend meanwhile.
        await activate(this.#kit.tf, this.#tfName);
        turn = performance.now();
      }
      signal?.throwIfAborted();
    };
    for (const { phase, times = 1 } of schedule) {
      await runPhase(this.#kit, this.#phases[phase], this.#buffers, times, pause);
    }
    const results = new Map<BufferId, NumberArray>();
    for (const buffer of outputs) results.set(buffer, await this.#buffers.copyOut(buffer));
    return results;
  }
}
