/** Element-by-element arithmetic as C: operands, lets, stores, sums. */
import type { ElementMap, ElementWork } from "@settle/kernels";
import { addressOf, arrayOf, type EmitContext, isLaneArray, mappedIndex, vectorsOf } from "./c-text.ts";
import { emitExpression } from "./emit-expression.ts";

/** Where the work happens: names of C variables. */
export interface WorkPlace {
  /** Elements of the kernel. */
  readonly elements: number;
  /** Number of the element. */
  readonly element: string;
  /** Number of the vector in the lane group. */
  readonly vector: string;
  /** The contraction's result, if the work is fused with one. */
  readonly contraction?: string;
  /** Channel and position of the element, where the kernel knows them: saves divisions. */
  readonly channels?: { readonly count: number; readonly channel: string; readonly position: string };
}

/**
 * Work on a lane group.
 * @param sum  the C variable that gathers the k-th sum
 */
export function emitLaneWork(
  context: EmitContext,
  work: ElementWork,
  place: WorkPlace,
  sum: (k: number) => string,
): readonly string[] {
  const names = work.operands.map((operand, k) =>
    operand.kind === "contraction" ? (place.contraction ?? "") : `a${k}`,
  );
  const lines = work.operands.flatMap((operand, k): readonly string[] => {
    if (operand.kind === "contraction") return [];
    const index = indexOf(operand.map, place);
    const value = isLaneArray(context, operand.array)
      ? `${vectorsOf(context, operand.array)}[${laneIndex(index, place.vector, context)}]`
      : `num(${addressOf(context, operand.array)}[${index}])`;
    return [`const vec a${k} = ${value};`];
  });
  work.lets.forEach((expression, k) => {
    lines.push(`const vec b${k} = ${emitExpression(expression, names)};`);
    names.push(`b${k}`);
  });
  for (const store of work.stores) {
    const one = arrayOf(context, store.array).elements === 1;
    lines.push(
      `${vectorsOf(context, store.array)}[${laneIndex(one ? "0" : place.element, place.vector, context)}] = b${store.let};`,
    );
  }
  work.sums.forEach((each, k) => lines.push(`${sum(k)} += b${each.let};`));
  return lines;
}

/** Work on shared arrays, a vector of elements at a time; the room behind an array's end takes what is too much. */
export function emitSharedWork(context: EmitContext, work: ElementWork, elements: number): readonly string[] {
  const names = work.operands.map((_, k) => `a${k}`);
  const lines = work.operands.map((operand, k) => {
    if (operand.kind === "contraction") throw new Error("native emitter fault: a shared kernel has no contraction");
    const address = addressOf(context, operand.array);
    const { map } = operand;
    if (map.modulo === 1) return `const vec a${k} = num(${address}[0]);`;
    if (map.divide === 1 && map.modulo >= elements) return `const vec a${k} = *(vec *)(${address} + e);`;
    return `vec a${k}; for (int i = 0; i < WIDTH; i++) a${k}[i] = ${address}[((e + i) / ${map.divide}) % ${map.modulo}];`;
  });
  work.lets.forEach((expression, k) => {
    lines.push(`const vec b${k} = ${emitExpression(expression, names)};`);
    names.push(`b${k}`);
  });
  for (const store of work.stores) lines.push(`*(vec *)(${addressOf(context, store.array)} + e) = b${store.let};`);
  return lines;
}

function laneIndex(index: string, vector: string, { vectors }: EmitContext): string {
  if (vectors === 1) return index;
  return index === "0" ? vector : `(${index}) * VECTORS + ${vector}`;
}

function indexOf(map: ElementMap, place: WorkPlace): string {
  const { channels } = place;
  if (channels !== undefined && map.modulo > 1) {
    const positions = place.elements / channels.count;
    if (map.divide === 1 && map.modulo === channels.count) return channels.channel;
    if (map.divide === channels.count && map.modulo === positions) return channels.position;
  }
  return mappedIndex(place.element, map, place.elements);
}
