import type { Comparison } from "../comparison.ts";

/** The metrics of the experiment, in its order. */
export function metricsCompared({ comparisons }: Pick<Comparison, "comparisons">): readonly string[] {
  return [...new Set(comparisons.map(({ metric }) => metric))];
}
