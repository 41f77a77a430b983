/** The inverse X of a lower triangular matrix L, row-major, by forward substitution: L X = 1, row by row. */
export function triangularInverse(matrix: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(matrix.length);
  for (let row = 0; row < size; row++) {
    const at = row * size;
    inverse[at + row] = 1;
    for (let k = 0; k < row; k++) {
      const factor = matrix[at + k] as number;
      if (factor === 0) continue;
      for (let column = 0; column <= k; column++) {
        inverse[at + column] = (inverse[at + column] as number) - factor * (inverse[k * size + column] as number);
      }
    }
    const pivot = matrix[at + row] as number;
    for (let column = 0; column <= row; column++) inverse[at + column] = (inverse[at + column] as number) / pivot;
  }
  return inverse;
}
