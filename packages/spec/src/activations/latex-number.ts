/** A number in LaTeX: `1e-7` becomes `1 \times 10^{-7}`; negative ones are put in parentheses, as factors must be. */
export function latexNumber(value: number): string {
  const [digits = "", power] = String(value).split("e");
  const text = power === undefined ? digits : `${digits} \\times 10^{${Number(power)}}`;
  return value < 0 ? `(${text})` : text;
}
