/** The inverse X of a lower triangular matrix L, row-major, by forward substitution: L X = 1, column by column. */
export function triangularInverse(matrix: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(matrix.length);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let rest = row === column ? 1 : 0;
      for (let k = column; k < row; k++) {
        rest -= (matrix[row * size + k] as number) * (inverse[k * size + column] as number);
      }
      inverse[row * size + column] = rest / (matrix[row * size + row] as number);
    }
  }
  return inverse;
}
