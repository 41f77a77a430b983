/** Entry-by-entry arithmetic: a loop over elements, lane arrays and shared ones alike. */
import type { ElementMap, ElementWork, KernelOperand } from "@settle/kernels";

import { accessOf, clearSums, type ElementSite, emitElementWork } from "./element-work.ts";
import { type ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, groupParameters, i32, WatFunction } from "./wat-function.ts";

/** Work on the lane group of the call. */
export function emitMap(
  module: ModuleBuilder,
  name: string,
  label: string,
  elements: number,
  work: ElementWork,
): WatFunction {
  const f = new WatFunction(name, { parameters: groupParameters, comment: `${label}: ${elements} elements` });
  for (const space of spacesOf(module, work))
    f.set(f.local(`at-${space}`, "i32"), space === "shared" ? i32(0) : get(space));
  const counters = new MapCounters(f, work, elements);
  clearSums(f, work, module.vectors);
  f.repeat(elements, () => {
    for (let v = 0; v < module.vectors; v++)
      emitElementWork(f, module, work, laneSite(f, module, elements, counters, v));
    if (elements === 1) return;
    for (const space of spacesOf(module, work)) f.advance(`at-${space}`, space === "shared" ? 4 : module.laneBytes);
    counters.advance();
  });
  work.sums.forEach(({ array }, k) => {
    const { space, offset } = module.place(array);
    for (let v = 0; v < module.vectors; v++)
      f.line(access("v128.store", offset + v * 16, get(space), get(`sum${k}-${v}`)));
  });
  return f;
}

/**
 * Work on shared arrays: four elements at a time where all operands are the same element or one for all, else one at a
 * time in all four lanes. Arrays are padded to whole vectors, so the last one may reach into the padding.
 */
export function emitSharedMap(
  module: ModuleBuilder,
  name: string,
  label: string,
  elements: number,
  work: ElementWork,
): WatFunction {
  const f = new WatFunction(name, { comment: `${label}: ${elements} shared elements` });
  const together = work.operands.every(
    (operand) => operand.kind === "array" && accessOf(operand.map, elements) !== "mapped",
  );
  f.set(f.local("at-shared", "i32"), i32(0));
  const counters = new MapCounters(f, work, elements);
  const site: ElementSite = {
    load: (operand, index) => {
      const { array, map } = arrayOperand(operand);
      const { offset } = module.place(array);
      const kind = accessOf(map, elements);
      if (kind === "one") return access("v128.load32_splat", offset, i32(0));
      if (kind === "mapped") return access("v128.load32_splat", offset, counters.index(index, 4));
      return access(together ? "v128.load" : "v128.load32_splat", offset, get("at-shared"));
    },
    store: (array, value) => {
      const { offset } = module.place(array);
      if (together) return access("v128.store", offset, get("at-shared"), value);
      return `(v128.store32_lane offset=${offset} 0 ${get("at-shared")} ${value})`;
    },
    sum: () => {
      throw new Error("kernel fault: a shared map has no sums");
    },
  };
  f.repeat(together ? Math.ceil(elements / 4) : elements, () => {
    emitElementWork(f, module, work, site);
    f.advance("at-shared", together ? 16 : 4);
    counters.advance();
  });
  return f;
}

/** Loads, stores and sums of one vector of the present element of a loop over all elements of a kernel. */
export function laneSite(
  f: WatFunction,
  module: ModuleBuilder,
  elements: number,
  counters: MapCounters,
  v: number,
): ElementSite {
  return {
    load: (operand, index) => {
      const { array, map } = arrayOperand(operand);
      const { space, offset } = module.place(array);
      const kind = accessOf(map, elements);
      if (space === "shared") {
        if (kind === "mapped") return access("v128.load32_splat", offset, counters.index(index, 4));
        return access("v128.load32_splat", offset, kind === "one" ? i32(0) : get("at-shared"));
      }
      if (kind === "mapped") {
        return access("v128.load", offset + v * 16, addI32(get(space), counters.index(index, module.laneBytes)));
      }
      return access("v128.load", offset + v * 16, kind === "one" ? get(space) : get(`at-${space}`));
    },
    store: (array, value) => {
      const { space, offset } = module.place(array);
      return access("v128.store", offset + v * 16, get(`at-${space}`), value);
    },
    sum: (k, value) => f.set(`sum${k}-${v}`, `(f32x4.add ${get(`sum${k}-${v}`)} ${value})`),
  };
}

/** Indices ⌊i / divide⌋ mod modulo, counted along instead of divided. */
export class MapCounters {
  readonly #f: WatFunction;
  readonly #maps: readonly { readonly map: ElementMap; readonly name: string; readonly operand: number }[];

  constructor(f: WatFunction, work: ElementWork, elements: number) {
    this.#f = f;
    this.#maps = work.operands.flatMap((operand, index) =>
      operand.kind === "array" && accessOf(operand.map, elements) === "mapped"
        ? [{ map: operand.map, name: `i${index}`, operand: index }]
        : [],
    );
    for (const { map, name } of this.#maps) {
      f.set(f.local(name, "i32"), i32(0));
      if (map.divide > 1) f.set(f.local(`${name}-part`, "i32"), i32(0));
    }
  }

  /** Bytes to the entry of the present element. */
  index(operand: number, entryBytes: number): string {
    const found = this.#maps.find((each) => each.operand === operand);
    if (found === undefined) throw new Error(`kernel fault: operand ${operand} is not mapped`);
    return `(i32.mul ${get(found.name)} ${i32(entryBytes)})`;
  }

  advance(): void {
    for (const { map, name } of this.#maps) {
      const step = (): void => {
        this.#f.advance(name, 1);
        this.#f.when(`(i32.eq ${get(name)} ${i32(map.modulo)})`, () => this.#f.set(name, i32(0)));
      };
      if (map.divide === 1) {
        step();
        continue;
      }
      this.#f.advance(`${name}-part`, 1);
      this.#f.when(`(i32.eq ${get(`${name}-part`)} ${i32(map.divide)})`, () => {
        this.#f.set(`${name}-part`, i32(0));
        step();
      });
    }
  }
}

/** Spaces whose pointer moves with the element. */
export function spacesOf(module: ModuleBuilder, work: ElementWork): readonly ("group" | "temporary" | "shared")[] {
  const arrays = [
    ...work.operands.flatMap((operand) => (operand.kind === "array" ? [operand.array] : [])),
    ...work.stores.map(({ array }) => array),
  ];
  const spaces = new Set(arrays.map((array) => module.place(array).space));
  return (["group", "temporary", "shared"] as const).filter((space) => spaces.has(space));
}

function arrayOperand(operand: KernelOperand): Extract<KernelOperand, { kind: "array" }> {
  if (operand.kind === "contraction") throw new Error("kernel fault: a map has no contraction");
  return operand;
}
