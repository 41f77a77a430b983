/** The page of a report, self-contained: nothing in it is fetched from anywhere. */
import { escape } from "html-escaper";
import { encodePng } from "./encode-png.ts";
import { formatNumber } from "./format-number.ts";
import type { Picture } from "./picture.ts";
import { renderMath } from "./render-math.ts";
import { renderTable } from "./render-table.ts";
import type {
  CodeBlock,
  FeatureMapsBlock,
  ImagesBlock,
  IntervalsBlock,
  MathBlock,
  PlotBlock,
  ReportBlock,
  ReportContent,
  TextBlock,
} from "./report-content.ts";
import { reportStyle } from "./report-style.ts";

/**
 * @param content what the page says, sections in order
 * @param plots   the SVG of each plot by the name of its block; one that is missing had nothing to show
 * @returns a whole HTML document
 */
export function renderReport(content: ReportContent, plots: ReadonlyMap<string, string>): string {
  const counters = { figure: 0, table: 0 };
  const sections = content.sections
    .map(
      ({ heading, blocks }) =>
        `<section>\n<h2>${escape(heading)}</h2>\n${renderBlocks(blocks, { plots, counters })}\n</section>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(content.title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<p class="kind">Settle · ${escape(content.kind ?? "run report")}</p>
<h1>${escape(content.title)}</h1>
<p class="summary">${escape(content.summary)}</p>
${renderFacts(content.facts ?? [])}
</header>
${sections}
<footer>Written by Settle. The page is self-contained: it can be moved, mailed and kept.</footer>
</main>
</body>
</html>
`;
}

interface Context {
  readonly plots: ReadonlyMap<string, string>;
  /** Captions are numbered through the page. */
  readonly counters: { figure: number; table: number };
}

function renderFacts(facts: NonNullable<ReportContent["facts"]>): string {
  if (facts.length === 0) return "";
  const items = facts.map(({ label, value }) => `<div><dt>${escape(label)}</dt><dd>${escape(value)}</dd></div>`);
  return `<dl class="facts">${items.join("")}</dl>`;
}

/** Plots that follow each other stand side by side where there is room. */
function renderBlocks(blocks: readonly ReportBlock[], context: Context): string {
  return blocks
    .map((block, i) => {
      const html = renderBlock(block, context);
      if (!isGraphic(block)) return html;
      const opens = isGraphic(blocks[i - 1]) ? "" : '<div class="plots">';
      const closes = isGraphic(blocks[i + 1]) ? "" : "</div>";
      return opens + html + closes;
    })
    .join("\n");
}

function isGraphic(block: ReportBlock | undefined): boolean {
  return block?.kind === "plot" || block?.kind === "intervals" || block?.kind === "drawing";
}

function renderBlock(block: ReportBlock, context: Context): string {
  switch (block.kind) {
    case "text":
      return renderText(block);
    case "table":
      return renderTable(
        block,
        block.caption === undefined ? "" : numbered("Table", (context.counters.table += 1), block.caption),
      );
    case "plot":
    case "intervals":
      return renderPlotFigure(block, context);
    case "drawing":
      return `<figure class="drawing">${block.svg}${figureCaption(block.caption, context)}</figure>`;
    case "images":
      return renderImages(block, context);
    case "feature-maps":
      return renderFeatureMaps(block, context);
    case "code":
      return renderCode(block);
    case "math":
      return renderFormulae(block);
    default:
      return block satisfies never;
  }
}

function renderText({ text, tone }: TextBlock): string {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => `<p>${escape(paragraph.trim())}</p>`);
  return tone === "note" ? `<div class="note">${paragraphs.join("")}</div>` : paragraphs.join("\n");
}

function renderPlotFigure({ name, caption }: PlotBlock | IntervalsBlock, context: Context): string {
  const svg = context.plots.get(name) ?? "<p>There is nothing to show: no value is finite.</p>";
  return `<figure>${svg}${figureCaption(caption, context)}</figure>`;
}

function renderImages({ columns, rows, caption }: ImagesBlock, context: Context): string {
  // Short tables stand beside each other on a wide screen and under each other on a narrow one.
  const perTable = Math.max(1, Math.ceil(rows.length / 2));
  const tables = [rows.slice(0, perTable), rows.slice(perTable)].filter((part) => part.length > 0);
  const named = rows.some(({ label }) => label !== undefined);
  const heads = columns.map((column) => `<th scope="col">${escape(column)}</th>`).join("");
  const html = tables.map((part) => {
    const body = part.map(({ label, pictures }) => {
      const cells = pictures.map(
        (picture, i) =>
          `<td>${image(picture, [columns[i], label].filter((word) => word !== undefined).join(", "))}</td>`,
      );
      return `<tr>${named ? `<td class="name">${escape(label ?? "")}</td>` : ""}${cells.join("")}</tr>`;
    });
    return `<table><thead><tr>${named ? "<td></td>" : ""}${heads}</tr></thead><tbody>${body.join("")}</tbody></table>`;
  });
  return `<figure><div class="pictures">${html.join("")}</div>${figureCaption(caption, context)}</figure>`;
}

function renderFeatureMaps({ layers, caption }: FeatureMapsBlock, context: Context): string {
  const html = layers.map(({ label, sheet }) => {
    const [low, high] = sheet.range;
    const range = `${formatNumber(low)} … ${formatNumber(high)}`;
    const tiles = sheet.tiles.map((tile, channel) => image(tile, `${label}, channel ${channel + 1}`));
    const grid = `<div class="tiles" style="grid-template-columns: repeat(${sheet.columns}, 1fr)">${tiles.join("")}</div>`;
    return `<div>${grid}<b>${escape(label)}</b><br>${escape(range)}</div>`;
  });
  return `<figure><div class="layers">${html.join("")}</div>${figureCaption(caption, context)}</figure>`;
}

function renderCode({ code, caption, folded }: CodeBlock): string {
  const pre = `<pre><code>${escape(code)}</code></pre>`;
  if (folded === true) return `<details><summary>${escape(caption ?? "Show")}</summary>${pre}</details>`;
  return caption === undefined ? pre : `<figure>${pre}<figcaption>${escape(caption)}</figcaption></figure>`;
}

function renderFormulae({ latex, caption }: MathBlock): string {
  const formulae = latex.map((formula) => {
    const mathml = renderMath(formula);
    return mathml === undefined ? `<pre><code>${escape(formula)}</code></pre>` : `<div class="math">${mathml}</div>`;
  });
  const below = caption === undefined ? "" : `<figcaption>${escape(caption)}</figcaption>`;
  return `<figure>${formulae.join("\n")}${below}</figure>`;
}

function figureCaption(caption: string, context: Context): string {
  return `<figcaption>${numbered("Figure", (context.counters.figure += 1), caption)}</figcaption>`;
}

function numbered(what: "Figure" | "Table", number: number, caption: string): string {
  return `<b>${what} ${number}.</b> ${escape(caption)}`;
}

function image(picture: Picture, alt: string): string {
  const data = Buffer.from(encodePng(picture)).toString("base64");
  return `<img src="data:image/png;base64,${data}" width="${picture.width}" height="${picture.height}" alt="${escape(alt)}">`;
}
