/** A result that the pass asked the settle for. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a settle left out a result that was asked for");
  return value;
}
