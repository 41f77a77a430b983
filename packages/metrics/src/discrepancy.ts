/** The quantity that settling and learning lower, from error nodes read back to the host. */
import { settleError } from "@settle/diagnostics";
import type { NumberArray } from "./image-layout.ts";

/**
 * ½‖e‖² of each sample.
 *
 * @param error `[batch, ...shape]` of one error node
 * @returns `[batch]`, ≥ 0
 * @throws {SettleError} `metrics/size-mismatch` when the numbers do not divide into `batch` samples
 * @source ConvNGC eq. 3
 */
export function discrepancy(error: NumberArray, batch: number): Float64Array {
  const size = error.length / batch;
  if (!Number.isSafeInteger(size) || size < 1) {
    throw settleError("metrics/size-mismatch", `${error.length} numbers are not the errors of ${batch} samples.`, {
      help: "give [batch, ...shape]",
    });
  }
  return Float64Array.from({ length: batch }, (_, sample) => {
    let sum = 0;
    for (let i = sample * size; i < (sample + 1) * size; i++) sum += (error[i] as number) ** 2;
    return sum / 2;
  });
}
