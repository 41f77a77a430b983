/** The tensors an executable holds between phases, one per buffer. */
import { type BufferId, fixedValues, type Program } from "@settle/program";
import { type NumberArray, RequestCheck } from "@settle/runtime";
import type { Tensor } from "./backends/backend.ts";
import type { Kit } from "./kit.ts";

export class BufferTensors {
  readonly check: RequestCheck;
  readonly #kit: Kit;
  readonly #tensors = new Map<BufferId, Tensor>();
  #batch = 0;

  constructor(kit: Kit, program: Program) {
    this.#kit = kit;
    this.check = new RequestCheck(program);
  }

  get batch(): number {
    return this.#batch;
  }

  /** Makes room for another number of samples; what was held for each sample is forgotten. */
  resize(batch: number): void {
    if (batch === this.#batch) return;
    this.#batch = batch;
    for (const [id, tensor] of this.#tensors) {
      if (!this.check.declaration(id).type.batch) continue;
      this.#tensors.delete(id);
      this.#kit.free(tensor);
    }
  }

  /** Whether somebody has given it for these samples, or it has a default. */
  isGiven(id: BufferId): boolean {
    const buffer = this.check.declaration(id);
    return this.#tensors.has(id) || (!buffer.type.batch && fixedValues(buffer) !== undefined);
  }

  /** What it holds; its fixed numbers where nothing was written yet, else zeros. */
  get(id: BufferId): Tensor {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const buffer = this.check.declaration(id);
    const values = buffer.type.batch ? undefined : fixedValues(buffer);
    const { tf } = this.#kit;
    const tensor =
      values === undefined ? tf.zeros(this.#shape(id)) : tf.tensor(Float32Array.from(values), this.#shape(id));
    this.#tensors.set(id, tensor);
    return tensor;
  }

  /** Takes over a tensor. */
  set(id: BufferId, tensor: Tensor): void {
    const previous = this.#tensors.get(id);
    if (previous !== undefined) this.#kit.free(previous);
    this.#tensors.set(id, tensor);
  }

  /** @throws {SettleError} `engine/shape-mismatch` when the numbers are not as many as needed */
  copyIn(id: BufferId, values: NumberArray): void {
    this.check.checkSize(id, values, this.#batch);
    // A copy: some backends keep the array they are given.
    this.set(id, this.#kit.tf.tensor(Float32Array.from(values), this.#shape(id), "float32"));
  }

  async copyOut(id: BufferId): Promise<Float32Array> {
    // A copy again, for the same reason.
    return Float32Array.from(await this.get(id).data());
  }

  clear(): void {
    for (const tensor of this.#tensors.values()) this.#kit.free(tensor);
    this.#tensors.clear();
  }

  #shape(id: BufferId): number[] {
    const { batch, shape } = this.check.declaration(id).type;
    return [...(batch ? [this.#batch] : []), ...shape];
  }
}
