/** The tensors an executable holds between phases, one per buffer. */
import { settleError } from "@settle/diagnostics";
import { type Buffer, type BufferId, printType, type Program, sizeOf } from "@settle/program";
import type { NumberArray } from "@settle/runtime";
import type { Tensor } from "./backends/backend.ts";
import type { Kit } from "./kit.ts";

export class BufferTensors {
  readonly #kit: Kit;
  readonly #declared: ReadonlyMap<string, Buffer>;
  readonly #tensors = new Map<BufferId, Tensor>();
  #batch = 0;

  constructor(kit: Kit, program: Program) {
    this.#kit = kit;
    this.#declared = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  }

  get batch(): number {
    return this.#batch;
  }

  /** Makes room for another number of samples; what was held for each sample is forgotten. */
  resize(batch: number): void {
    if (batch === this.#batch) return;
    this.#batch = batch;
    for (const [id, tensor] of this.#tensors) {
      if (!this.declaration(id).type.batch) continue;
      this.#tensors.delete(id);
      this.#kit.free(tensor);
    }
  }

  /** @throws {SettleError} `engine/unknown-buffer` */
  declaration(id: BufferId): Buffer {
    const buffer = this.#declared.get(id);
    if (buffer !== undefined) return buffer;
    throw settleError("engine/unknown-buffer", `The Program has no buffer "${id}".`, {
      help: `it has ${[...this.#declared.keys()].join(", ")}`,
    });
  }

  /** Whether the host still owes it: an input or noise without a default that nobody has given for these samples. */
  isMissing(id: BufferId): boolean {
    const { role, type, initial } = this.declaration(id);
    if ((role !== "input" && role !== "noise") || this.#tensors.has(id)) return false;
    return type.batch || initial?.kind !== "constant";
  }

  /** What it holds; its constant where nothing was written yet, else zeros. */
  get(id: BufferId): Tensor {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const { type, initial } = this.declaration(id);
    const value = !type.batch && initial?.kind === "constant" ? initial.value : 0;
    const tensor = this.#kit.tf.fill(this.#shape(id), value);
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
    const { type, description } = this.declaration(id);
    const shape = this.#shape(id);
    const size = sizeOf(shape);
    if (values.length !== size) {
      const samples = type.batch ? ` for ${this.#batch} samples` : "";
      throw settleError(
        "engine/shape-mismatch",
        `Buffer "${id}" (${description}) is ${printType(type)}: it expected ${size} numbers${samples} and got ${values.length}.`,
      );
    }
    // A copy: some backends keep the array they are given.
    this.set(id, this.#kit.tf.tensor(Float32Array.from(values), shape, "float32"));
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
    const { batch, shape } = this.declaration(id).type;
    return [...(batch ? [this.#batch] : []), ...shape];
  }
}
