/** What the emitters of all kernels share: where arrays lie, the static part of memory, functions made so far. */
import type { ArrayIndex, KernelArray, KernelPlan } from "@settle/kernels";

import type { VectorFunction } from "./vector-math.ts";
import type { WatFunction } from "./wat-function.ts";

/** Words at the bottom of the memory that host and workers share; the rest of the first cache line stays empty. */
export const stopFlagAddress = 0;
export const nextGroupAddress = 4;
const controlBytes = 64;

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
  /** Bytes of one element of a lane array, and how many v128 they make. */
  readonly laneBytes: number;
  readonly vectors: number;
  readonly functions: WatFunction[] = [];
  readonly used = new Set<VectorFunction>();
  readonly #tables: { readonly address: number; readonly words: readonly number[] }[] = [];
  readonly #packed = new Map<string, number>();
  #end: number;

  constructor(plan: KernelPlan, fused: boolean) {
    if (plan.lanes % 4 !== 0) throw new Error(`kernel fault: ${plan.lanes} lanes are no whole number of v128`);
    this.plan = plan;
    this.fused = fused;
    this.laneBytes = plan.lanes * 4;
    this.vectors = plan.lanes / 4;
    this.#end = roundUp(controlBytes + plan.sizes.shared * 4);
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
