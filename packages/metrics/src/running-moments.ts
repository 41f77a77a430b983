/** Mean and standard deviation of numbers that arrive one by one. */

export interface Moments {
  readonly count: number;
  /** NaN before the first number. */
  readonly mean: number;
  /** Of the sample (divided by count − 1); 0 for a single number, NaN before the first. */
  readonly sd: number;
}

export interface RunningMoments {
  add(value: number): void;
  moments(): Moments;
}

/** Welford's update: exact to rounding whatever the size of the mean, in constant memory. */
export function createRunningMoments(): RunningMoments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(value) {
      count++;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    },
    moments() {
      if (count === 0) return { count, mean: Number.NaN, sd: Number.NaN };
      return { count, mean, sd: count === 1 ? squares : Math.sqrt(squares / (count - 1)) };
    },
  };
}
