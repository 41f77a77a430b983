import tQuantile from "@stdlib/stats-base-dists-t-quantile";

export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation; absent for one value. */
  readonly sd?: number;
  /** Half the width of the 95 % interval of the mean by Student's t; absent for one value. */
  readonly half?: number;
}

/** Of values that are numbers; undefined where none is. */
export function meanInterval(values: readonly (number | null | undefined)[]): MeanInterval | undefined {
  const numbers = values.filter((value) => typeof value === "number");
  const n = numbers.length;
  if (n === 0) return undefined;
  const mean = numbers.reduce((sum, each) => sum + each, 0) / n;
  if (n === 1) return { n, mean };
  const sd = Math.sqrt(numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1));
  return { n, mean, sd, half: (tQuantile(0.975, n - 1) * sd) / Math.sqrt(n) };
}
