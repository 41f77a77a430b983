/** Intervals under each other as SVG, through Observable Plot: their means, their values as dots, a line at zero. */
import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import type { IntervalsBlock } from "./report-content.ts";

const width = 460;
const rowHeight = 34;
const told = "#c24d9c";
const notTold = "#59636e";

/** @returns `<svg>…</svg>`, axes in `currentColor`; undefined when no row has a value */
export function renderIntervals(block: IntervalsBlock): string | undefined {
  const rows = block.rows.filter(({ values, interval }) => values.some(Number.isFinite) || interval !== undefined);
  if (rows.length === 0) return undefined;
  const document = new DOMParser().parseFromString("<svg/>", "image/svg+xml");
  const longest = Math.max(...rows.map(({ label }) => label.length));
  const intervals = rows.flatMap(({ label, interval, marked }) =>
    interval === undefined ? [] : [{ label, ...interval, colour: marked === true ? told : notTold }],
  );
  const dots = rows.flatMap(({ label, values }) => values.filter(Number.isFinite).map((value) => ({ label, value })));
  const svg = Plot.plot({
    document,
    width,
    height: 62 + rowHeight * rows.length,
    marginTop: 12,
    marginLeft: Math.min(230, 18 + 6.2 * longest),
    marginRight: 22,
    marginBottom: 42,
    style: { fontFamily: "system-ui, sans-serif", fontSize: "11px", background: "none" },
    x: { label: block.x.label, labelAnchor: "center", labelArrow: "none", ticks: 5, nice: true, grid: true },
    y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.65, strokeDasharray: "5 4" }),
      Plot.dot(dots, { x: "value", y: "label", r: 2.4, fill: "currentColor", fillOpacity: 0.45, dy: 8 }),
      Plot.ruleY(intervals, { x1: "low", x2: "high", y: "label", stroke: "colour", strokeWidth: 2.4 }),
      Plot.dot(intervals, { x: "mean", y: "label", r: 4.5, fill: "colour" }),
    ],
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", block.caption);
  return svg.outerHTML;
}
