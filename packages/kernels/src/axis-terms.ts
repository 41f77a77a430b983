/** Places in an array that is the same along some axes of another. */
import type { Shape } from "@settle/program";
import type { AxisTerm } from "./kernel-plan.ts";

/**
 * The element of a smaller array that belongs to each element of a larger one, axis by axis. Shapes align at their last
 * axis; the smaller has 1, or nothing, where it is the same along the axis.
 */
export function axisTerms(larger: Shape, smaller: Shape): readonly AxisTerm[] {
  const terms: AxisTerm[] = [];
  let divide = 1;
  let multiply = 1;
  for (let axis = larger.length - 1; axis >= 0; axis--) {
    const modulo = larger[axis]!;
    if ((smaller[axis - larger.length + smaller.length] ?? 1) !== 1) {
      terms.push({ divide, modulo, multiply });
      multiply *= modulo;
    }
    divide *= modulo;
  }
  return terms;
}

export const elementBy = (terms: readonly AxisTerm[], element: number): number =>
  terms.reduce((at, { divide, modulo, multiply }) => at + (Math.floor(element / divide) % modulo) * multiply, 0);

/** A shape with 1 for the axes that are summed over. */
export const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
