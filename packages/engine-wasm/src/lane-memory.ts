/** The memory of one executable: what lies where for a given number of samples, and the way in and out of it. */
import { settleError } from "@settle/diagnostics";
import { groupCount, type KernelArray, type KernelPlan, lanesToSamples, samplesToLanes } from "@settle/kernels";
import type { NumberArray } from "@settle/runtime";

import { controlBytes } from "./emit/module-builder.ts";
import { requireWebAssembly, type WasmMemory } from "./web-assembly.ts";

const pageBytes = 65536;
/** All that 32-bit addresses reach, less a page, so that no end of an array wraps to zero. */
export const mostPages = 65535;

/** A vector may be read where only its first number belongs to an array. */
const overrunBytes = 16;

export class LaneMemory {
  readonly memory: WasmMemory;
  readonly #threads: number;
  #plan: KernelPlan;
  #staticBytes: number;
  #maximum: number;
  #batch = 0;
  #floats: Float32Array;

  /**
   * @param plan     a plan of the Program; all of its plans have what groups share at the same places
   * @param threads  how many have temporaries of their own
   * @param maximum  pages it may grow to
   */
  constructor(
    plan: KernelPlan,
    options: { readonly threads: number; readonly shared: boolean; readonly maximum: number },
  ) {
    this.#plan = plan;
    this.#threads = options.threads;
    this.#staticBytes = controlBytes + plan.sizes.shared * 4;
    this.#maximum = options.maximum;
    const initial = this.#pagesFor(0);
    if (initial > options.maximum) throw this.#tooLarge(1);
    const { Memory } = requireWebAssembly();
    if (!options.shared) this.memory = new Memory({ initial });
    else ({ memory: this.memory, maximum: this.#maximum } = sharedMemory(initial, options.maximum));
    this.#floats = new Float32Array(this.memory.buffer);
  }

  /** Bytes that are taken whatever the batch: control words, shared arrays, what forms of the kernels keep. */
  get staticBytes(): number {
    return this.#staticBytes;
  }

  /** Makes the static part as large; what is held for samples moves on. @throws `engine/out-of-memory` */
  reserve(staticBytes: number): void {
    const before = { staticBytes: this.#staticBytes, groupBase: this.groupBase };
    this.#staticBytes = staticBytes;
    try {
      this.#grow(this.groups, Math.max(1, this.#batch));
    } catch (fault) {
      this.#staticBytes = before.staticBytes;
      throw fault;
    }
    const [from, to] = [before.groupBase / 4, this.groupBase / 4];
    this.#floats.copyWithin(to, from, from + (this.groups * this.groupBytes) / 4);
  }

  /** Groups are those of another plan of the Program from now on. What was held for samples is forgotten. */
  use(plan: KernelPlan): void {
    if (plan === this.#plan) return;
    this.#batch = 0;
    this.#plan = plan;
  }

  get batch(): number {
    return this.#batch;
  }

  /**
   * Samples that the addresses reach, at least one group: whether the system gives that much, only asking tells. Leaves a
   * little to kernels that have not been needed yet.
   */
  get largestBatch(): number {
    const room = (63 / 64) * this.#maximum * pageBytes - this.groupBase - overrunBytes;
    const groups = Math.floor(room / (this.groupBytes + this.partialBytes));
    return Math.max(1, groups) * this.#plan.lanes;
  }

  get groupBytes(): number {
    return this.#plan.sizes.group * 4;
  }

  get partialBytes(): number {
    return this.#plan.sizes.partial * 4;
  }

  /** Bytes it takes now. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  temporaryOf(thread: number): number {
    return this.#staticBytes + thread * this.temporaryBytes;
  }

  /** Of one thread. */
  get temporaryBytes(): number {
    return this.#plan.sizes.temporary * 4;
  }

  get groups(): number {
    return groupCount(this.#batch, this.#plan.lanes);
  }

  get groupBase(): number {
    return this.temporaryOf(this.#threads);
  }

  get partialBase(): number {
    return this.groupBase + this.groups * this.groupBytes;
  }

  /** Makes room for another number of samples; what was held for each sample becomes zero. @throws `engine/out-of-memory` */
  resize(batch: number): void {
    const groups = groupCount(batch, this.#plan.lanes);
    this.#grow(groups, batch);
    this.#batch = batch;
    this.#floats.fill(0, this.groupBase / 4, (this.groupBase + groups * this.groupBytes) / 4);
  }

  write(array: KernelArray, values: NumberArray): void {
    if (array.space === "group") samplesToLanes(values, this.#floats, this.#layout(array));
    else this.#floats.set(values, controlBytes / 4 + array.offset);
  }

  /** Numbers of an array, of all samples. */
  lengthOf({ space, elements }: KernelArray): number {
    return space === "group" ? this.#batch * elements : elements;
  }

  /** @param host where to write it, `lengthOf(array)` numbers */
  read(array: KernelArray, host: Float32Array = new Float32Array(this.lengthOf(array))): Float32Array {
    if (array.space !== "group") {
      const from = controlBytes / 4 + array.offset;
      host.set(this.#floats.subarray(from, from + array.elements));
      return host;
    }
    lanesToSamples(this.#floats, host, this.#layout(array));
    return host;
  }

  #layout(array: KernelArray): Parameters<typeof samplesToLanes>[2] {
    const { group } = this.#plan.sizes;
    return {
      samples: this.#batch,
      elements: array.elements,
      lanes: this.#plan.lanes,
      at: this.groupBase / 4 + array.offset,
      stride: group,
    };
  }

  #pagesFor(groups: number): number {
    const perGroup = this.groupBytes + this.partialBytes;
    return Math.ceil((this.groupBase + groups * perGroup + overrunBytes) / pageBytes);
  }

  /** @throws `engine/out-of-memory` */
  #grow(groups: number, batch: number): void {
    const pages = this.#pagesFor(groups);
    const missing = pages - this.bytes / pageBytes;
    if (pages > this.#maximum) throw this.#tooLarge(batch);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch {
        throw this.#tooLarge(batch);
      }
    }
    this.#floats = new Float32Array(this.memory.buffer);
  }

  /** Finds out how many samples there would be room for by taking it. */
  #tooLarge(batch: number): Error {
    const perGroup = Math.max(1, this.groupBytes + this.partialBytes);
    let most = Math.max(0, Math.floor((this.#maximum * pageBytes - this.groupBase - overrunBytes) / perGroup));
    while (this.memory !== undefined && most > 0 && !this.#grows(this.#pagesFor(most))) most = Math.floor(most * 0.9);
    const samples = most * this.#plan.lanes;
    const perSample = Math.ceil(perGroup / this.#plan.lanes / 1024);
    return settleError(
      "engine/out-of-memory",
      `A batch of ${batch} needs ${perSample} KiB a sample, more memory than the wasm engine can have here.`,
      {
        help:
          samples > 0
            ? `the largest batch that fits is ${samples}`
            : "the circuit itself does not fit: use another engine",
      },
    );
  }

  #grows(pages: number): boolean {
    const missing = pages - this.bytes / pageBytes;
    if (missing <= 0) return true;
    try {
      this.memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}

/** A shared memory reserves its maximum at once: where that much address space is not to be had, less. */
function sharedMemory(initial: number, most: number): { readonly memory: WasmMemory; readonly maximum: number } {
  const { Memory } = requireWebAssembly();
  for (let maximum = most; ; maximum = Math.max(initial, Math.floor(maximum / 2))) {
    try {
      return { memory: new Memory({ initial, maximum, shared: true }), maximum };
    } catch (error) {
      if (maximum === initial) throw error;
    }
  }
}
