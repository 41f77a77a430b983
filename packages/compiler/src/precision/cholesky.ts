/**
 * The lower triangular R with Σ = R Rᵀ and a positive diagonal, row-major.
 *
 * @returns `undefined` where Σ is not positive definite; only its lower triangle is read
 */
export function cholesky(covariance: readonly (readonly number[])[]): readonly (readonly number[])[] | undefined {
  const rows: number[][] = [];
  for (const [i, given] of covariance.entries()) {
    const row: number[] = Array.from({ length: covariance.length }, () => 0);
    rows.push(row);
    for (let j = 0; j <= i; j++) {
      const other = rows[j]!;
      let rest = given[j] ?? Number.NaN;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      if (i === j) {
        if (!(rest > 0)) return undefined;
        row[j] = Math.sqrt(rest);
      } else row[j] = rest / other[j]!;
    }
  }
  return rows;
}
