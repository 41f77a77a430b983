/** Several pictures on one sheet. Labels belong to the page that shows it. */
import { blankPicture, paste, type Picture } from "./picture.ts";

export interface SheetOptions {
  /** By how much each picture is enlarged. Default 4. */
  readonly scale?: number;
  /** Pixels between pictures and around them. Default 4. */
  readonly gap?: number;
  /** Grey level between pictures. Default 255, white. */
  readonly background?: number;
}

/**
 * A grid: one row per entry of `rows`, one column per picture. Rows may have different lengths and pictures different
 * sizes; a cell is as large as the largest picture.
 *
 * @throws {RangeError} when there is no picture
 */
export function contactSheet(rows: readonly (readonly Picture[])[], options: SheetOptions = {}): Picture {
  const { scale = 4, gap = 4, background = 255 } = options;
  const all = rows.flat();
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (all.length === 0) throw new RangeError("a contact sheet needs at least one picture");
  const cellWidth = Math.max(...all.map((picture) => picture.width)) * scale + gap;
  const cellHeight = Math.max(...all.map((picture) => picture.height)) * scale + gap;
  const channels = all.some((picture) => picture.channels === 3) ? 3 : 1;
  const sheet = blankPicture(columns * cellWidth + gap, rows.length * cellHeight + gap, channels, background);
  rows.forEach((row, i) => {
    row.forEach((picture, j) => {
      paste(sheet, picture, gap + j * cellWidth, gap + i * cellHeight, scale);
    });
  });
  return sheet;
}
