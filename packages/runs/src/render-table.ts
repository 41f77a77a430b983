import { escape } from "html-escaper";
import { formatNumber } from "./format-number.ts";
import type { TableBlock, TableCell, TableRow } from "./report-content.ts";

/**
 * A table with rules above, below and under its headings; the best number of a column that has one is marked.
 * @param captionHtml inserted as it is
 */
export function renderTable({ columns, rows }: TableBlock, captionHtml: string): string {
  const sides = columns.map(({ align }, i) => align ?? (isNumeric(rows, i) ? "right" : "left"));
  const best = columns.map(({ better }, i) => (better === undefined ? undefined : bestOf(rows, i, better)));
  const heads = columns.map(({ label, better }, i) => {
    const arrow = better === undefined ? "" : better === "lower" ? " ↓" : " ↑";
    return `<th scope="col"${sides[i] === "right" ? ' class="right"' : ""}>${escape(label)}${arrow}</th>`;
  });
  const body = rows.map((row) => {
    const cells = columns.map((_, i) => {
      const cell = row.cells[i];
      const isBest = row.reference !== true && best[i] !== undefined && numberIn(cell) === best[i];
      const names = [sides[i] === "right" ? "right" : "", isBest ? "best" : ""].filter((name) => name !== "");
      return `<td${classes(names)}>${escape(show(cell, columns[i]?.digits))}</td>`;
    });
    const names = [row.reference === true ? "reference" : "", row.differs === true ? "differs" : ""].filter(
      (name) => name !== "",
    );
    return `<tr${classes(names)}>${cells.join("")}</tr>`;
  });
  const caption = captionHtml === "" ? "" : `<figcaption>${captionHtml}</figcaption>`;
  return `<figure class="table">${caption}<div class="scroll"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div></figure>`;
}

function show(cell: TableCell, digits: number | undefined): string {
  if (cell === undefined) return "–";
  return typeof cell === "string" ? cell : formatNumber(cell, digits);
}

function numberIn(cell: TableCell): number | undefined {
  return typeof cell === "number" ? cell : undefined;
}

function isNumeric(rows: readonly TableRow[], column: number): boolean {
  const cells = rows.map((row) => row.cells[column]).filter((cell) => cell !== undefined);
  return cells.length > 0 && cells.every((cell) => typeof cell !== "string");
}

/** Undefined where there is no choice. */
function bestOf(rows: readonly TableRow[], column: number, better: "lower" | "higher"): number | undefined {
  const numbers = rows
    .filter((row) => row.reference !== true)
    .map((row) => numberIn(row.cells[column]) ?? NaN)
    .filter((number) => Number.isFinite(number));
  if (numbers.length < 2) return undefined;
  return better === "lower" ? Math.min(...numbers) : Math.max(...numbers);
}

function classes(names: readonly string[]): string {
  return names.length === 0 ? "" : ` class="${names.join(" ")}"`;
}
