/** How an operand of a `map` is indexed by the elements of its result. */
import { type Shape, sizeOf } from "@settle/program";
import type { ElementMap } from "./kernel-plan.ts";

/**
 * The map for an operand that is constant along its leading and trailing axes, or `undefined` for one that is constant
 * along an axis in the middle.
 */
export function elementMap(operand: Shape, result: Shape): ElementMap | undefined {
  const size = sizeOf(operand);
  if (size === 1) return { divide: 1, modulo: 1 };
  const aligned = result.map((_, axis) => operand[axis - result.length + operand.length] ?? 1);
  let end = aligned.length;
  let divide = 1;
  while (end > 0 && aligned[end - 1] === 1) {
    end--;
    divide *= result[end] ?? 1;
  }
  let start = end;
  while (start > 0 && aligned[start - 1] === result[start - 1]) start--;
  return aligned.slice(0, start).every((n) => n === 1) ? { divide, modulo: size } : undefined;
}
