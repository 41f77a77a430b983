/** Line plots as SVG, through Observable Plot, with each line named at its end. */
import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import type { PlotBlock, PlotSeries } from "./report-content.ts";

/** Told apart on white, on black and in most kinds of colour blindness; about equally strong. */
const palette = ["#2f7ed8", "#d9731a", "#1f9e77", "#c24d9c", "#8c6fd6", "#a8871f", "#5b8a9a", "#c0504d"] as const;
const width = 460;
const height = 270;
/** Up to this many points are drawn as dots, too: nothing was measured between them. */
const fewPoints = 12;
/** Above this many points a line is thinned: it has fewer pixels. */
const mostPoints = 900;

/**
 * @returns `<svg>…</svg>`: axes in `currentColor`, so that it suits a light and a dark page; undefined when no point is finite
 */
export function renderPlot(block: PlotBlock): string | undefined {
  // An XML document, since its text is to be valid both in a page and as an SVG file.
  const document = new DOMParser().parseFromString("<svg/>", "image/svg+xml");
  const lines = block.series.map((series, i) => ({
    name: series.name,
    colour: palette[i % palette.length] ?? palette[0],
    points: thin(visible(series, block)),
    band: (series.band ?? []).filter((each) => each.every(Number.isFinite) && isShown(each[1], block.y.scale)),
    marks: series.marks ?? "line",
  }));
  const known = lines.flatMap(({ points }) => points.filter(isFinitePoint));
  if (known.length === 0) return undefined;
  const named = lines.length > 1 ? lines.filter(({ points }) => points.some(isFinitePoint)) : [];
  const rules = (block.rules ?? []).filter(({ y }) => isShown(y, block.y.scale));
  const longest = Math.max(0, ...named.map(({ name }) => name.length), ...rules.map(({ label }) => label.length));

  const svg = Plot.plot({
    document,
    width,
    height,
    marginTop: 26,
    marginLeft: 50,
    marginBottom: 40,
    marginRight: longest === 0 ? 16 : 14 + 6.2 * longest,
    style: { fontFamily: "system-ui, sans-serif", fontSize: "11px", background: "none" },
    x: {
      label: block.x.label,
      type: block.x.scale ?? "linear",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 5,
      ...whole(known, block),
    },
    y: {
      label: block.y.label,
      type: block.y.scale ?? "linear",
      labelArrow: "none",
      grid: true,
      nice: true,
      ticks: 5,
      // Plain numbers: by itself a logarithmic axis writes 0.1 as 100m.
      ...(block.y.scale === "log" ? { tickFormat: "~g" } : {}),
    },
    marks: [
      Plot.ruleY(rules, { y: "y", stroke: "currentColor", strokeOpacity: 0.65, strokeDasharray: "5 4" }),
      ...lines.map(({ band, colour, marks }) =>
        marks === "line"
          ? Plot.areaY(band, { x: "0", y1: "1", y2: "2", fill: colour, fillOpacity: 0.16 })
          : Plot.ruleX(band, { x: "0", y1: "1", y2: "2", stroke: colour, strokeWidth: 1.6 }),
      ),
      ...lines
        .filter(({ marks }) => marks === "line")
        .map(({ points, colour }) => Plot.lineY(points, { x: xOf, y: yOf, stroke: colour, strokeWidth: 1.8 })),
      ...lines
        .filter(({ points, marks }) => marks === "dots" || points.length <= fewPoints)
        .map(({ points, colour, marks }) =>
          Plot.dot(points, { x: xOf, y: yOf, fill: colour, r: marks === "dots" ? 4 : 2.6 }),
        ),
    ],
  });
  const y = svg.scale("y");
  const at = (value: number) => Number(y?.apply(value));
  const labels = [
    ...named.map(({ name, colour, points }) => ({
      text: name,
      colour,
      y: at(points.findLast(isFinitePoint)?.[1] ?? 0),
    })),
    ...rules.map((rule) => ({ text: rule.label, colour: "currentColor", y: at(rule.y) })),
  ];
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g", {});
  group.setAttribute("text-anchor", "start");
  for (const label of spread(labels)) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text", {});
    text.setAttribute("x", String(width - (8 + 6.2 * longest)));
    text.setAttribute("y", label.y.toFixed(1));
    text.setAttribute("dy", "0.32em");
    text.setAttribute("fill", label.colour);
    text.textContent = label.text;
    group.append(text);
  }
  svg.append(group);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", block.caption);
  return svg.outerHTML;
}

type Point = readonly [number, number];
const xOf = (point: Point) => point[0];
const yOf = (point: Point) => point[1];
const isFinitePoint = ([x, y]: Point) => Number.isFinite(x) && Number.isFinite(y);
const isShown = (value: number, scale: "linear" | "log" | undefined) =>
  Number.isFinite(value) && (scale !== "log" || value > 0);

/** Counts (steps, updates, epochs) get no tick between whole numbers. */
function whole(points: readonly Point[], block: PlotBlock): { tickFormat?: (x: number) => string } {
  if (block.x.scale === "log" || !points.every(([x]) => Number.isInteger(x))) return {};
  return { tickFormat: (x) => (Number.isInteger(x) ? x.toLocaleString("en-US") : "") };
}

function visible(series: PlotSeries, block: PlotBlock): readonly Point[] {
  return series.points.map(([x, y]) => [x, isShown(x, block.x.scale) && isShown(y, block.y.scale) ? y : NaN]);
}

/** Keeps the lowest and the highest point of each stretch, so that no peak is lost. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  const stretch = Math.ceil((2 * points.length) / mostPoints);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const piece = points.slice(start, start + stretch);
    const finite = piece.map((point, i) => ({ point, i })).filter(({ point }) => isFinitePoint(point));
    if (finite.length === 0) kept.push([piece[0]?.[0] ?? 0, NaN]);
    const byHeight = finite.toSorted((a, b) => a.point[1] - b.point[1]);
    const ends = new Set([byHeight[0]?.i, byHeight.at(-1)?.i]);
    kept.push(...finite.filter(({ i }) => ends.has(i)).map(({ point }) => point));
  }
  const last = points.at(-1);
  return last !== undefined && kept.at(-1) !== last ? [...kept, last] : kept;
}

/** Moves labels apart that would cover each other, keeping their order. */
function spread<T extends { readonly y: number }>(labels: readonly T[]): readonly T[] {
  const apart = 13;
  const sorted = labels.toSorted((a, b) => a.y - b.y);
  const ys = sorted.map(({ y }) => y);
  for (let i = 1; i < ys.length; i += 1) ys[i] = Math.max(ys[i] ?? 0, (ys[i - 1] ?? 0) + apart);
  // Pushed down to the frame's lower edge, they are pushed back up from there.
  for (let i = ys.length - 1, limit = height - 40; i >= 0; i -= 1, limit = (ys[i + 1] ?? 0) - apart) {
    ys[i] = Math.min(ys[i] ?? 0, limit);
  }
  return sorted.map((label, i) => ({ ...label, y: ys[i] ?? label.y }));
}
