/** Lines and columns of offsets in a text. Lines end in \n, \r\n or \r; columns count UTF-16 units from 1. */
export interface LineIndex {
  /** Line and column of `length` characters at `offset`; the length is cut at the end of the line. */
  locate(offset: number, length: number): { readonly line: number; readonly column: number; readonly length: number };
}

export function indexLines(text: string): LineIndex {
  const starts = [0];
  const ends: number[] = [];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    ends.push(match.index);
    starts.push(match.index + match[0].length);
  }
  return {
    locate(offset, length) {
      const line = lastAtOrBefore(starts, offset);
      const rest = (ends[line] ?? text.length) - offset;
      return {
        line: line + 1,
        column: offset - (starts[line] ?? 0) + 1,
        length: Math.max(1, Math.min(length, rest)),
      };
    },
  };
}

/** Index of the last of the rising numbers that is not above `value`. */
function lastAtOrBefore(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rising[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
