/** A text that fits into a node; the text format shows it whole. */
export const shortened = (text: string, length = 56): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
