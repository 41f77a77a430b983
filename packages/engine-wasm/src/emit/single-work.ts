/** Element-by-element arithmetic on one sample: a vector holds four neighbouring elements. */
import type { KernelOperand } from "@settle/kernels";

import { accessOf, type ElementSite } from "./element-work.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, i32, splat, storeFirst, timesI32, type WatFunction } from "./wat-function.ts";

/**
 * Where a vector lies: `bytes` beyond the locals `$out` (from the beginning of an array), `$group-out` and
 * `$temporary-out` (the same from the bases of the spaces).
 */
export interface SingleVector {
  /** Elements of the kernel. */
  readonly elements: number;
  readonly bytes: number;
  /** How many of its elements count; the others are neither stored nor summed. */
  readonly count: number;
  /** Text of the contraction's result, if the work is fused with one. */
  readonly contraction?: string;
  /** Where a kernel goes channel by channel: how many there are, and bytes of this vector beyond `$channel`. */
  readonly channels?: { readonly count: number; readonly bytes: number };
}

/** What is behind an array's end may be read, and is then not used. */
export function singleSite(f: WatFunction, module: ModuleBuilder, vector: SingleVector): ElementSite {
  const { bytes, count } = vector;
  return {
    load: (operand) => loadOperand(module, operand, vector),
    store: (array, value) => {
      const { space, offset } = module.place(array);
      if (count !== 3) return storeFirst(count, offset + bytes, get(`${space}-out`), value);
      f.set(f.local("stored", "v128"), value);
      return storeFirst(count, offset + bytes, get(`${space}-out`), get("stored"));
    },
    sum: (k, value) => f.set(`sum${k}-0`, `(f32x4.add ${get(`sum${k}-0`)} ${firstOf(count, value)})`),
  };
}

/** Points `$group-out` and `$temporary-out` to where `$out` is. */
export function followOut(f: WatFunction): void {
  for (const space of ["group", "temporary"] as const)
    f.set(f.local(`${space}-out`, "i32"), addI32(get(space), get("out")));
}

/** Stores the sum of all four numbers of a vector, as the one number of an array. */
export function storeTotal(f: WatFunction, module: ModuleBuilder, array: number, value: string): void {
  const { space, offset } = module.place(array);
  f.set(f.local("four", "v128"), value);
  const lane = (index: number): string => `(f32x4.extract_lane ${index} ${get("four")})`;
  const total = `(f32.add (f32.add ${lane(0)} ${lane(2)}) (f32.add ${lane(1)} ${lane(3)}))`;
  f.line(access("f32.store", offset, get(space), total));
}

function loadOperand(module: ModuleBuilder, operand: KernelOperand, vector: SingleVector): string {
  const { elements, bytes, count, contraction, channels } = vector;
  if (operand.kind === "contraction") {
    if (contraction === undefined) throw new Error("kernel fault: a map has no contraction");
    return contraction;
  }
  const { array, map } = operand;
  const { space, offset } = module.place(array);
  const shared = space === "shared";
  const base = shared ? i32(0) : get(space);
  const kind = accessOf(map, elements);
  if (kind === "one") return access("v128.load32_splat", offset, base);
  if (kind === "same") return access("v128.load", offset + bytes, get(shared ? "out" : `${space}-out`));
  if (channels !== undefined && map.divide === 1 && map.modulo === channels.count) {
    const at = shared ? get("channel") : addI32(get(space), get("channel"));
    return access("v128.load", offset + channels.bytes, at);
  }
  const entry = (k: number): string => {
    const element = `(i32.shr_u ${addI32(get("out"), i32(bytes + 4 * k))} ${i32(2)})`;
    const index = `(i32.rem_u (i32.div_u ${element} ${i32(map.divide)}) ${i32(map.modulo)})`;
    return shared ? timesI32(index, 4) : addI32(get(space), timesI32(index, 4));
  };
  let text = access("v128.load32_zero", offset, entry(0));
  for (let k = 1; k < count; k++) text = `(v128.load32_lane offset=${offset} ${k} ${entry(k)} ${text})`;
  return text;
}

function firstOf(count: number, value: string): string {
  if (count >= 4) return value;
  const lanes = [0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0));
  return `(v128.bitselect ${value} ${splat(0)} (v128.const i32x4 ${lanes.join(" ")}))`;
}
