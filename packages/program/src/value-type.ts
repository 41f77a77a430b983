/** Types of the values a Program computes with. */

export type Shape = readonly number[];

/**
 * A tensor type. `batch` says whether the value has one entry per sample; the number of samples N is symbolic until a
 * run. A batched value of shape `[H, W, C]` is laid out `[N, H, W, C]`, row-major; shape `[]` is one number (per sample).
 */
export interface ValueType {
  readonly batch: boolean;
  readonly shape: Shape;
}

/** Numbers in a shape: 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

export function sameType(a: ValueType, b: ValueType): boolean {
  return a.batch === b.batch && sameShape(a.shape, b.shape);
}

/**
 * The type two operands of a `map` have in common, or `undefined` where they do not fit.
 *
 * Shapes align at their last axis; an axis of 1, or a missing one, repeats. The batch aligns with the batch only: an
 * unbatched operand is the same for every sample.
 */
export function broadcastType(a: ValueType, b: ValueType): ValueType | undefined {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const m = a.shape[axis - rank + a.shape.length] ?? 1;
    const n = b.shape[axis - rank + b.shape.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    shape.push(Math.max(m, n));
  }
  return { batch: a.batch || b.batch, shape };
}

/** `[N, 32, 32, 3]`; `[]` for one number. */
export function printType(type: ValueType): string {
  return `[${[...(type.batch ? ["N"] : []), ...type.shape].join(", ")}]`;
}
