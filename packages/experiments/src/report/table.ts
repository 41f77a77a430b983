/** A table as texts, and the ways it is written down besides the page. */
export interface TextTable {
  /** Letters, digits, hyphens: names labels and files. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly { readonly label: string; readonly align: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
}

/** A GitHub-flavoured Markdown table under its caption. */
export function markdownTable({ caption, columns, rows }: TextTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("\\", "\\\\").replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    caption,
    "",
    line(columns.map(({ label }) => label)),
    `| ${columns.map(({ align }) => (align === "right" ? "--:" : ":--")).join(" | ")} |`,
    ...rows.map(line),
    "",
  ].join("\n");
}

/** A `table` with the rules of booktabs. */
export function latexTable({ name, caption, columns, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `    ${cells.map(escapeLatex).join(" & ")} \\\\`;
  return [
    "% needs \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escapeLatex(caption)}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{tabular}{${columns.map(({ align }) => (align === "right" ? "r" : "l")).join("")}}`,
    "    \\toprule",
    line(columns.map(({ label }) => label)),
    "    \\midrule",
    ...rows.map(line),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

/** Rows of comma-separated values (RFC 4180); numbers in full, nothing for null. */
export function csvTable(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

const latexSigns: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "−": "$-$",
  "×": "$\\times$",
  λ: "$\\lambda$",
  "≥": "$\\ge$",
  "<": "$<$",
  ">": "$>$",
  "↓": "$\\downarrow$",
  "↑": "$\\uparrow$",
  "…": "\\dots{}",
  "–": "--",
  "\u00a0": "~",
};

function escapeLatex(text: string): string {
  return text.replaceAll(/[\\~^±−×λ≥<>↓↑…–\u00a0]|[&%$#_{}]/g, (sign) => latexSigns[sign] ?? `\\${sign}`);
}
