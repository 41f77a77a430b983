/** The measure of agreement of the whole suite. */
import type { Check } from "./conformance-report.ts";

/**
 * Compares two tensors, relative to the largest entry of the wanted one: max |got − wanted| / max |wanted|. Where all
 * wanted entries are 0, absolutely.
 */
export function compareNumbers(
  what: string,
  got: ArrayLike<number> | undefined,
  wanted: ArrayLike<number>,
  tolerance: number,
): Check {
  const maxRelativeError = got?.length === wanted.length ? largestError(got, wanted) : null;
  return { what, maxRelativeError, tolerance, ok: maxRelativeError !== null && maxRelativeError <= tolerance };
}

function largestError(got: ArrayLike<number>, wanted: ArrayLike<number>): number | null {
  let error = 0;
  let largest = 0;
  for (let k = 0; k < wanted.length; k++) {
    const difference = Math.abs(Number(got[k]) - Number(wanted[k]));
    if (!Number.isFinite(difference)) return null;
    error = Math.max(error, difference);
    largest = Math.max(largest, Math.abs(Number(wanted[k])));
  }
  return largest === 0 ? error : error / largest;
}
