import type { Buffer, InitialLaw } from "./program.ts";
import { type Shape, sizeOf } from "./value-type.ts";

/**
 * What a buffer holds from the start without anyone giving or drawing it; for one sample.
 *
 * @returns row-major numbers, or `undefined` where the law leaves them to chance or there is none
 * @throws {Error} when the law names another number of numbers than the buffer holds
 */
export function fixedValues({ id, type, initial }: Pick<Buffer, "id" | "type" | "initial">): Float64Array | undefined {
  const size = sizeOf(type.shape);
  switch (initial?.kind) {
    case "constant":
      return new Float64Array(size).fill(initial.value);
    case "matrix":
      return pattern(initial, type.shape);
    case "values":
      if (initial.values.length !== size) {
        throw new Error(`${id} has ${size} numbers, but its law names ${initial.values.length}`);
      }
      return Float64Array.from(initial.values);
    case "normal":
    case "uniform":
    case "mask":
    case "masked":
    case undefined:
      return undefined;
    default:
      return initial satisfies never;
  }
}

/** The last two axes are the matrix; it repeats over the others. */
function pattern(law: Extract<InitialLaw, { readonly kind: "matrix" }>, shape: Shape): Float64Array {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const { diagonal, below, above } = law;
  const matrix = Float64Array.from({ length: rows * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    const column = (at % columns) % rows;
    return row === column ? diagonal : row > column ? below : above;
  });
  const values = new Float64Array(sizeOf(shape));
  for (let start = 0; start < values.length; start += matrix.length) values.set(matrix, start);
  return values;
}
