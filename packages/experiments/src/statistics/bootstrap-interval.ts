/** A percentile bootstrap interval of the mean. */
import { randomStream } from "@settle/runtime";

/** Up to so many resamples all of them are taken, and chance plays no part. */
const mostEnumerated = 50_000;
const resamples = 20_000;

/**
 * Percentiles of the means of resamples with replacement: of every resample where there are few (6⁶ for six values),
 * else of 20,000 drawn with a fixed seed.
 *
 * @param values  at least one
 * @param level   0.95 for a 95 % interval
 * @source EfronTibshirani1993
 */
export function bootstrapInterval(values: readonly number[], level = 0.95): readonly [low: number, high: number] {
  const means = values.length ** values.length <= mostEnumerated ? everyMean(values) : drawnMeans(values);
  means.sort();
  return [percentile(means, (1 - level) / 2), percentile(means, (1 + level) / 2)];
}

function everyMean(values: readonly number[]): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n ** n }, (_, index) => {
    let rest = index;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += values[rest % n] ?? NaN;
      rest = Math.floor(rest / n);
    }
    return sum / n;
  });
}

function drawnMeans(values: readonly number[]): Float64Array {
  const chance = randomStream({ seed: 1, stream: "bootstrap" });
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[chance.integer(0, values.length - 1)] ?? NaN;
    return sum / values.length;
  });
}

/** Linear between the two nearest, as numpy does. */
function percentile(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}
