/** The numbers an executable holds between phases. */
import { settleError } from "@settle/diagnostics";
import { type Buffer, type BufferId, printType, type Program, sizeOf } from "@settle/program";
import type { NumberArray } from "@settle/runtime";

/**
 * One float64 array per buffer. Arrays are replaced, never written into, so a value read by a phase stays what it was
 * whatever the phase writes.
 */
export class BufferStore {
  readonly #declared: ReadonlyMap<string, Buffer>;
  readonly #arrays = new Map<BufferId, Float64Array>();
  #batch = 0;

  constructor(program: Program) {
    this.#declared = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
    for (const { id, type, initial } of program.buffers) {
      if (initial?.kind === "constant") this.#arrays.set(id, new Float64Array(sizeOf(type.shape)).fill(initial.value));
      if (initial?.kind === "values") this.#arrays.set(id, Float64Array.from(initial.values));
    }
  }

  get batch(): number {
    return this.#batch;
  }

  /** Makes room for another number of samples; what was held for each sample is forgotten. */
  resize(batch: number): void {
    if (batch === this.#batch) return;
    this.#batch = batch;
    for (const [id, buffer] of this.#declared) if (buffer.type.batch) this.#arrays.delete(id as BufferId);
  }

  /** @throws {SettleError} `engine/unknown-buffer` */
  declaration(id: BufferId): Buffer {
    const buffer = this.#declared.get(id);
    if (buffer !== undefined) return buffer;
    throw settleError("engine/unknown-buffer", `The Program has no buffer "${id}".`, {
      help: `it has ${[...this.#declared.keys()].join(", ")}`,
    });
  }

  /** Whether the host still owes it: an input or noise that nobody has given for the present samples. */
  isMissing(id: BufferId): boolean {
    const { role } = this.declaration(id);
    return (role === "input" || role === "noise") && !this.#arrays.has(id);
  }

  /** What it holds; zeros where nothing was written yet. Not to be written into. */
  get(id: BufferId): Float64Array {
    return this.#arrays.get(id) ?? new Float64Array(this.#size(this.declaration(id)));
  }

  /** Takes over an array nobody will write into any more. */
  set(id: BufferId, values: Float64Array): void {
    this.#arrays.set(id, values);
  }

  /** Copies numbers from the host. @throws {SettleError} `engine/shape-mismatch` when they are not as many as needed */
  copyIn(id: BufferId, values: NumberArray): void {
    const buffer = this.declaration(id);
    const size = this.#size(buffer);
    if (values.length !== size) {
      const samples = buffer.type.batch ? ` for ${this.#batch} samples` : "";
      throw settleError(
        "engine/shape-mismatch",
        `Buffer "${id}" (${buffer.description}) is ${printType(buffer.type)}: it expected ${size} numbers${samples} and got ${values.length}.`,
      );
    }
    this.#arrays.set(id, Float64Array.from(values));
  }

  clear(): void {
    this.#arrays.clear();
  }

  #size(buffer: Buffer): number {
    return (buffer.type.batch ? this.#batch : 1) * sizeOf(buffer.type.shape);
  }
}
