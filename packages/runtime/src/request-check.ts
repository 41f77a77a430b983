/** What an engine says about a request that does not fit its Program: the same words for all engines. */
import { settleError } from "@settle/diagnostics";
import { type Buffer, type BufferId, printType, type Program, sizeOf } from "@settle/program";
import type { NumberArray, ScheduleEntry } from "./engine.ts";

export class RequestCheck {
  readonly #program: Program;
  readonly #declared: ReadonlyMap<string, Buffer>;

  constructor(program: Program) {
    this.#program = program;
    this.#declared = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  }

  /** @throws {SettleError} `engine/unknown-buffer` */
  declaration(id: BufferId): Buffer {
    const buffer = this.#declared.get(id);
    if (buffer !== undefined) return buffer;
    throw settleError("engine/unknown-buffer", `The Program has no buffer "${id}".`, {
      help: `it has ${[...this.#declared.keys()].join(", ")}`,
    });
  }

  /** @throws {SettleError} `engine/shape-mismatch` unless `batch` is a number of samples */
  checkBatch(batch: number): void {
    if (Number.isInteger(batch) && batch >= 1) return;
    throw settleError("engine/shape-mismatch", `A run takes a whole number of samples, at least 1; it got ${batch}.`);
  }

  /** @throws {SettleError} `engine/shape-mismatch` when a buffer of so many samples does not take these numbers */
  checkSize(id: BufferId, values: NumberArray, batch: number): void {
    const { type, description } = this.declaration(id);
    const size = (type.batch ? batch : 1) * sizeOf(type.shape);
    if (values.length === size) return;
    const samples = type.batch ? ` for ${batch} samples` : "";
    throw settleError(
      "engine/shape-mismatch",
      `Buffer "${id}" (${description}) is ${printType(type)}: it expected ${size} numbers${samples} and got ${values.length}.`,
    );
  }

  /**
   * Whether a run has to do with samples. `apply` has no batch: running it alone leaves the states of the last settle
   * where they are.
   */
  concernsSamples(schedule: readonly ScheduleEntry[], named: readonly BufferId[]): boolean {
    const used = schedule.flatMap(({ phase }) => {
      const { reads, writes } = this.#program.phases[phase];
      return [...reads, ...writes].map(({ buffer }) => buffer);
    });
    return [...used, ...named].some((id) => this.declaration(id).type.batch);
  }

  /**
   * @param isGiven  whether an input or noise has been given for the present samples
   * @throws {SettleError} `engine/missing-input` naming all that the schedule reads and nobody gave
   */
  requireInputs(schedule: readonly ScheduleEntry[], isGiven: (id: BufferId) => boolean): void {
    const reads = schedule.flatMap(({ phase }) => this.#program.phases[phase].reads.map(({ buffer }) => buffer));
    const missing = [...new Set(reads)]
      .map((id) => this.declaration(id))
      .filter(({ id, role }) => (role === "input" || role === "noise") && !isGiven(id));
    if (missing.length === 0) return;
    const list = missing.map(({ id, description }) => `"${id}" (${description})`).join(", ");
    throw settleError("engine/missing-input", `The run needs ${list}, which nobody has given for its samples.`, {
      help: "pass it in the run's inputs; it is kept until the number of samples changes",
    });
  }
}
