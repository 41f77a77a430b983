/** A level's text as a LaTeX table: one row a line, one cell where the text has a column, what `#` says in italics. */

/** Signs of the printed levels that a text font of LaTeX may lack. */
const signs: Readonly<Record<string, string>> = {
  "→": "$\\to$",
  "←": "$\\leftarrow$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "−": "$-$",
  "…": "$\\ldots$",
  "½": "$\\tfrac{1}{2}$",
  ᵀ: "$^\\top$",
  "′": "$'$",
  "‖": "$\\|$",
  "⊛": "$\\circledast$",
  "⊙": "$\\odot$",
  "⋆": "$\\star$",
  "∂": "$\\partial$",
  "∇": "$\\nabla$",
  "∈": "$\\in$",
  "⌊": "$\\lfloor$",
  "⌋": "$\\rfloor$",
  "∞": "$\\infty$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "√": "$\\surd$",
  Σ: "$\\Sigma$",
  Δ: "$\\Delta$",
  α: "$\\alpha$",
  β: "$\\beta$",
  γ: "$\\gamma$",
  η: "$\\eta$",
  λ: "$\\lambda$",
  μ: "$\\mu$",
  σ: "$\\sigma$",
  φ: "$\\phi$",
  "\\": "\\textbackslash ",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum ",
  "~": "\\textasciitilde ",
  // Ligatures of the text fonts.
  "<": "$<$",
  ">": "$>$",
  "|": "$|$",
};

export function printTableLatex(text: string): string {
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [content = "", note] = line.split(/ # (.*)$/);
      // A field and its value, whatever the room between them; else columns are two spaces apart.
      const cells = content
        .replace(/^( {4}\S+) /, "$1  ")
        .trim()
        .split(/ {2,}/);
      const indent = content.search(/\S/) > 0 ? "\\quad " : "";
      return [
        ...cells.map((cell, index) => (cell === "" ? "" : `${index === 0 ? indent : ""}\\text{${escaped(cell)}}`)),
        ...(note === undefined ? [] : [`\\textit{${escaped(note)}}`]),
      ];
    });
  const columns = Math.max(...rows.map((row) => row.length));
  return `\\begin{array}{${"l".repeat(columns)}}\n${rows.map((row) => row.join(" & ")).join(" \\\\\n")}\n\\end{array}\n`;
}

/** Raised and lowered signs, with what they are when set upright. */
const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ";
const lowered = "₀₁₂₃₄₅₆₇₈₉";
const upright = "0123456789+-t";

function escaped(text: string): string {
  return text.replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ]+|[₀-₉]+|[^A-Za-z0-9 ]/gu, (sign) => {
    const known = signs[sign];
    if (known !== undefined) return known;
    const up = uprightOf(sign, raised);
    if (up !== undefined) return `$^{${up}}$`;
    const low = uprightOf(sign, lowered);
    return low === undefined ? sign : `$_{${low}}$`;
  });
}

function uprightOf(signsInRow: string, row: string): string | undefined {
  const places = Array.from(signsInRow, (sign) => row.indexOf(sign));
  return places.includes(-1) ? undefined : places.map((place) => upright[place]).join("");
}
