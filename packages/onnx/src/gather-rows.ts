/** Rows of a `[N, rows, channels]` value, picked by lists of their indices. */
import type { GraphBuilder } from "./graph-builder.ts";

/**
 * `[N, lists, longest list, channels]`: the rows of each list; where a list is shorter, `filler` (0 where left out).
 *
 * @param count  rows there are
 */
export function gatherRows(
  builder: GraphBuilder,
  rows: string,
  count: number,
  lists: readonly (readonly number[])[],
  filler?: number,
): string {
  const longest = longestOf(lists);
  const index = lists.flatMap((list) => Array.from({ length: longest }, (_, k) => list[k] ?? count));
  const pads = [rows, builder.ints([0, 0, 0, 0, 1, 0]), ...(filler === undefined ? [] : [builder.numbers([filler])])];
  const picked = builder.add("Gather", [builder.add("Pad", pads), builder.ints(index)], { axis: 1 });
  return builder.add("Reshape", [picked, builder.ints([0, lists.length, longest, -1])]);
}

/** `[N, lists, channels]`: the sum of the rows of each list. */
export function sumRows(
  builder: GraphBuilder,
  rows: string,
  count: number,
  lists: readonly (readonly number[])[],
): string {
  return builder.add("ReduceSum", [gatherRows(builder, rows, count, lists), builder.ints([2])], { keepdims: 0 });
}

export const longestOf = (lists: readonly (readonly number[])[]): number =>
  Math.max(1, ...lists.map((list) => list.length));
