/**
 * How wide a text is, without a font at hand: pictures must come out the same in Node and in a browser.
 *
 * Widths are those of DejaVu Sans, one of the widest of its kind, in classes; other fonts then have room to spare.
 */

/** @returns pixels at `size` pixels a line */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * size;
}

function emsOf(character: string): number {
  if ("ijl.,:;|!'’".includes(character)) return 0.32;
  if ("ftrI()[]/ ".includes(character)) return 0.41;
  if ("mwMW→←⇄∑".includes(character)) return 0.93;
  if (/[A-Z×+=<>−·≥≤φβγλμΣ]/.test(character)) return 0.72;
  return 0.64;
}
