/** What the emitters of all kernels share: where arrays lie, the static part of memory, functions made so far. */
import type { ArrayIndex, KernelArray, KernelPlan } from "@settle/kernels";

import type { VectorFunction } from "./vector-math.ts";
import { access, storeFirst, type WatFunction } from "./wat-function.ts";

/** Words at the bottom of the memory that host and workers share; the rest of the first cache line stays empty. */
export const stopFlagAddress = 0;
export const nextGroupAddress = 4;
/** Bytes of them; shared arrays begin behind. */
export const controlBytes = 64;

const lineBytes = 64;
const roundUp = (bytes: number): number => Math.ceil(bytes / lineBytes) * lineBytes;

/** Where the bases of a lane array come from, and how far into it an array begins. */
export interface ArrayPlace {
  readonly space: KernelArray["space"];
  readonly elements: number;
  /** Bytes from the base of the space; for shared arrays from the bottom of memory. */
  readonly offset: number;
}

export class ModuleBuilder {
  readonly plan: KernelPlan;
  /** Whether a · b + c may be one relaxed instruction. */
  readonly fused: boolean;
  /** Bytes of one element of a lane array, and how many v128 hold them. */
  readonly laneBytes: number;
  readonly vectors: number;
  readonly functions: WatFunction[] = [];
  readonly used = new Set<VectorFunction>();
  readonly #tables: { readonly address: number; readonly words: readonly number[] }[] = [];
  readonly #packed = new Map<string, number>();
  #end: number;

  /** @param from  where the static part may begin, in bytes; behind the shared arrays if it is not said */
  constructor(plan: KernelPlan, fused: boolean, from = 0) {
    if (plan.lanes !== 1 && plan.lanes % 4 !== 0)
      throw new Error(`kernel fault: ${plan.lanes} lanes are no whole number of v128`);
    this.plan = plan;
    this.fused = fused;
    this.laneBytes = plan.lanes * 4;
    this.vectors = Math.ceil(plan.lanes / 4);
    this.#end = roundUp(Math.max(from, controlBytes + plan.sizes.shared * 4));
  }

  /** Whether a group is one sample, so that vectors hold neighbouring elements of it instead of lanes. */
  get single(): boolean {
    return this.plan.lanes === 1;
  }

  /** Bytes of the memory that are there whatever the batch: control words, shared arrays, packed weights, tables. */
  get staticBytes(): number {
    return this.#end;
  }

  get tables(): readonly { readonly address: number; readonly words: readonly number[] }[] {
    return this.#tables;
  }

  place(array: ArrayIndex): ArrayPlace {
    const found = this.plan.arrays[array];
    if (found === undefined) throw new Error(`kernel fault: there is no array ${array}`);
    const { space, elements } = found;
    return { space, elements, offset: found.offset * 4 + (space === "shared" ? controlBytes : 0) };
  }

  /** Constant i32 words in memory. @returns their address */
  table(words: readonly number[]): number {
    const address = this.#allocate(words.length * 4);
    this.#tables.push({ address, words });
    return address;
  }

  /** Room for a copy of an array in another order; the same room for the same key. */
  packed(key: string, elements: number): number {
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    const address = this.#allocate(elements * 4);
    this.#packed.set(key, address);
    return address;
  }

  /** Text that loads a vector of lanes; of a single sample its one number and zeros. */
  load(offset: number, address: string): string {
    return access(this.single ? "v128.load32_zero" : "v128.load", offset, address);
  }

  /** Statement that stores what `load` loads. */
  store(offset: number, address: string, value: string): string {
    return this.single ? storeFirst(1, offset, address, value) : access("v128.store", offset, address, value);
  }

  /** Text of acc + a · b. */
  multiplyAdd(a: string, b: string, accumulator: string): string {
    return this.fused
      ? `(f32x4.relaxed_madd ${a} ${b} ${accumulator})`
      : `(f32x4.add ${accumulator} (f32x4.mul ${a} ${b}))`;
  }

  #allocate(bytes: number): number {
    const address = this.#end;
    this.#end = roundUp(address + Math.max(bytes, 4));
    return address;
  }
}
