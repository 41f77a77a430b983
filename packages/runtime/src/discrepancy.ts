/** The discrepancy of a batch: Σ ½‖e‖² over error nodes, lower is better. */
import type { NumberArray } from "./engine.ts";

export interface Discrepancy {
  /** Sum over error nodes (ToD), mean over samples; dimensionless. @source ConvNGC eq. 3 */
  readonly total: number;
  /** By error node, mean over samples. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Adds up per-sample discrepancies in float64, in the order of the samples. */
export interface DiscrepancySum {
  readonly samples: number;
  readonly total: number;
  readonly errors: Readonly<Record<string, number>>;
}

export const noDiscrepancy: DiscrepancySum = { samples: 0, total: 0, errors: {} };

/**
 * Sum over a batch.
 * @param perSample by error node: `[count]`
 * @param counts    which samples count; default all
 */
export function sumDiscrepancy(
  perSample: Readonly<Record<string, NumberArray>>,
  count: number,
  counts: (position: number) => boolean = () => true,
): DiscrepancySum {
  let total = 0;
  let samples = 0;
  const errors: Record<string, number> = {};
  for (let i = 0; i < count; i++) if (counts(i)) samples++;
  for (const [id, values] of Object.entries(perSample)) {
    let sum = 0;
    for (let i = 0; i < count; i++) if (counts(i)) sum += values[i] as number;
    errors[id] = sum;
    total += sum;
  }
  return { samples, total, errors };
}

/**
 * Of each sample, summed over error nodes.
 * @param perSample by error node: `[count]`
 */
export function totalDiscrepancies(perSample: Readonly<Record<string, NumberArray>>, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) =>
    Object.values(perSample).reduce((sum, values) => sum + (values[i] as number), 0),
  );
}

export function addDiscrepancy(a: DiscrepancySum, b: DiscrepancySum): DiscrepancySum {
  const errors: Record<string, number> = { ...a.errors };
  for (const [id, value] of Object.entries(b.errors)) errors[id] = (errors[id] ?? 0) + value;
  return { samples: a.samples + b.samples, total: a.total + b.total, errors };
}

/** NaN where no sample was counted. */
export function meanDiscrepancy(sum: DiscrepancySum): Discrepancy {
  return {
    total: sum.total / sum.samples,
    errors: Object.fromEntries(Object.entries(sum.errors).map(([id, value]) => [id, value / sum.samples])),
  };
}
