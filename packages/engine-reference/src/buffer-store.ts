/** The numbers an executable holds between phases. */
import { type Buffer, type BufferId, fixedValues, type Program, sizeOf } from "@settle/program";
import { type NumberArray, RequestCheck } from "@settle/runtime";

/**
 * One float64 array per buffer. Arrays are replaced, never written into, so a value read by a phase stays what it was
 * whatever the phase writes.
 */
export class BufferStore {
  readonly check: RequestCheck;
  readonly #declared: readonly Buffer[];
  readonly #arrays = new Map<BufferId, Float64Array>();
  #batch = 0;

  constructor(program: Program) {
    this.check = new RequestCheck(program);
    this.#declared = program.buffers;
    for (const buffer of program.buffers) {
      const values = fixedValues(buffer);
      if (values !== undefined) this.#arrays.set(buffer.id, values);
    }
  }

  get batch(): number {
    return this.#batch;
  }

  /** Makes room for another number of samples; what was held for each sample is forgotten. */
  resize(batch: number): void {
    if (batch === this.#batch) return;
    this.#batch = batch;
    for (const { id, type } of this.#declared) if (type.batch) this.#arrays.delete(id);
  }

  /** Whether something was written, or it has an initial value. */
  has(id: BufferId): boolean {
    return this.#arrays.has(id);
  }

  /** What it holds; zeros where nothing was written yet. Not to be written into. */
  get(id: BufferId): Float64Array {
    return this.#arrays.get(id) ?? new Float64Array(this.#size(this.check.declaration(id)));
  }

  /** Takes over an array nobody will write into any more. */
  set(id: BufferId, values: Float64Array): void {
    this.#arrays.set(id, values);
  }

  /** Copies numbers from the host. @throws {SettleError} `engine/shape-mismatch` when they are not as many as needed */
  copyIn(id: BufferId, values: NumberArray): void {
    this.check.checkSize(id, values, this.#batch);
    this.#arrays.set(id, Float64Array.from(values));
  }

  clear(): void {
    this.#arrays.clear();
  }

  #size(buffer: Buffer): number {
    return (buffer.type.batch ? this.#batch : 1) * sizeOf(buffer.type.shape);
  }
}
