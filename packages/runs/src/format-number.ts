/**
 * A number for people: `9,288`, `0.001`, `23.47`, `1.2e-9`.
 *
 * @param digits behind the point; default: four significant ones, without trailing zeros
 */
export function formatNumber(value: number, digits?: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (digits === undefined && size !== 0 && !Number.isInteger(value) && (size < 1e-4 || size >= 1e9)) {
    return minus(Number(value.toPrecision(4)).toExponential());
  }
  const options =
    digits === undefined ? significant(value) : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return minus(value.toLocaleString("en-US", options));
}

function significant(value: number): Intl.NumberFormatOptions {
  return Number.isInteger(value) ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
}

const minus = (text: string) => text.replaceAll("-", "−").replace("e−", "e-");
