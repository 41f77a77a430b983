/** PictureLayout → SVG. */
import { font, ink, markColor } from "../palette.ts";
import { arrowHead, headLength, line, pair, type Point } from "../strokes.ts";
import { element, escapeXml, number, text } from "../svg-element.ts";
import { textWidth } from "../text-width.ts";
import type { CircuitPicture } from "./circuit-picture.ts";
import { labelLine, labelSize, stageGap, stageHeight, stageInset } from "./label-size.ts";
import { legendOf } from "./legend.ts";
import type { PictureLayout, PlacedLink, PlacedUnit } from "./picture-layout.ts";
import { errorRadius, noteLine, noteSize, sheetOffset, stateRadius } from "./unit-size.ts";

const margin = 24;
/** Of the column with the levels. */
const levelColumn = 62;
const header = 62;

export function renderPicture(picture: CircuitPicture, layout: PictureLayout): string {
  const legend = legendOf(picture, Math.max(430, layout.width + levelColumn));
  const heading = Math.max(textWidth(picture.title, 19) * 1.08, textWidth(picture.subtitle, noteSize));
  const width = Math.max(layout.width + levelColumn, heading, legend.width) + 2 * margin;
  const left = margin + levelColumn + (width - 2 * margin - levelColumn - layout.width) / 2;
  const top = margin + header;
  const height = top + layout.height + 30 + legend.height + margin;
  const bands = layout.rows.map(({ level, top: y, bottom }) =>
    element("g", {}, [
      element("rect", {
        x: margin,
        y: top + y - 10,
        width: width - 2 * margin,
        height: bottom - y + 20,
        rx: 10,
        fill: ink.band,
      }),
      level === undefined
        ? ""
        : text(`level ${level}`, { x: margin + 12, y: top + (y + bottom) / 2 + 4, fill: ink.faint, "font-size": 11 }),
    ]),
  );
  return (
    element(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width: Math.ceil(width),
        height: Math.ceil(height),
        viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
        "font-family": font,
        "font-size": noteSize,
        role: "img",
      },
      [
        element("title", {}, [escapeXml(`Circuit ${picture.title}`)]),
        element("rect", { width: "100%", height: "100%", fill: ink.paper }),
        text(picture.title, { x: margin, y: margin + 16, "font-size": 19, "font-weight": "bold" }),
        text(picture.subtitle, { x: margin, y: margin + 37, fill: ink.faint }),
        ...bands,
        element("g", { transform: `translate(${number(left)} ${number(top)})` }, [
          ...layout.links.map(renderCurve),
          ...layout.units.map(renderUnit),
          ...layout.links.map(renderLabel),
        ]),
        element("g", { transform: `translate(${margin} ${number(top + layout.height + 34)})` }, legend.parts),
      ].map((part) => `\n${part}`),
    ) + "\n"
  );
}

function renderUnit({ unit, state, error }: PlacedUnit): string {
  const color = markColor(unit.mark, ink.text);
  const fill = unit.observed ? ink.observed : ink.state;
  const parts = [
    ...(unit.map ? renderMap(state, color, fill) : [renderCircle(state, color, fill)]),
    nodeName(unit.id, state, color, sizeInState),
    ...notes(unit.notes, state.x - stateRadius - 10, state.y, "end", color),
  ];
  if (unit.error !== undefined) {
    const { id, notes: lines, mark } = unit.error;
    const errorColor = markColor(mark, ink.text);
    const from = state.x + stateRadius + (unit.map ? 2 * sheetOffset : 0);
    const to = error.x - errorRadius;
    parts.push(
      element("polygon", {
        points: [
          [error.x, error.y - errorRadius],
          [error.x + errorRadius, error.y],
          [error.x, error.y + errorRadius],
          [error.x - errorRadius, error.y],
        ]
          .map((corner) => corner.map(number).join(","))
          .join(" "),
        fill: ink.error,
        stroke: errorColor,
        "stroke-width": 1.6,
      }),
      nodeName(id, error, errorColor, sizeInError),
      ...notes(lines, error.x + errorRadius + 10, error.y, "start", errorColor),
      // The state is measured, and its error subtracted from it.
      line({ x: from + 2, y: error.y - 6 }, { x: to + 5, y: error.y - 6 }, errorColor, "arrow"),
      line({ x: to + 6, y: error.y + 6 }, { x: from + 4, y: error.y + 6 }, errorColor, "bar"),
    );
  }
  return element("g", { id: `state-${unit.id}` }, parts);
}

function renderCircle({ x, y }: Point, color: string, fill: string): string {
  return element("circle", { cx: x, cy: y, r: stateRadius, fill, stroke: color, "stroke-width": 1.6 });
}

/** Sheets behind each other, the last drawn in front. */
function renderMap({ x, y }: Point, color: string, fill: string): readonly string[] {
  return [2, 1, 0].map((sheet) =>
    element("rect", {
      x: x - stateRadius + sheet * sheetOffset,
      y: y - stateRadius - sheet * sheetOffset,
      width: 2 * stateRadius,
      height: 2 * stateRadius,
      rx: 7,
      fill,
      stroke: color,
      "stroke-width": sheet === 0 ? 1.6 : 1.1,
    }),
  );
}

/** Of the name of a node, at most and at least. */
const nameSize = { most: 15, least: 6, readable: 11 };

/** Long names are set smaller, and broken at a hyphen or underscore, so that they fit. */
function nodeName(id: string, { x, y }: Point, color: string, sizeOf: (lines: readonly string[]) => number): string {
  const broken = brokenName(id);
  const whole = sizeOf([id]);
  const lines = whole < nameSize.readable && sizeOf(broken) > 1.1 * whole ? broken : [id];
  const size = Math.max(nameSize.least, Math.min(nameSize.most, sizeOf(lines)));
  const first = y + size * 0.36 - ((lines.length - 1) * size * 1.1) / 2;
  return lines
    .map((each, index) =>
      text(each, {
        x,
        y: first + index * size * 1.1,
        fill: color,
        "font-size": size,
        "font-weight": "bold",
        "text-anchor": "middle",
      }),
    )
    .join("");
}

/** Width of the widest line, in sizes of its letters. */
const widthOf = (lines: readonly string[]): number => Math.max(...lines.map((each) => textWidth(each, 15) / 15));

/** The size in which lines fit a state. */
const sizeInState = (lines: readonly string[]): number => 46 / widthOf(lines);

/** The size in which lines fit the diamond of an error node, whose width falls by twice the distance from its middle. */
const sizeInError = (lines: readonly string[]): number =>
  (errorRadius - 1) / (widthOf(lines) / 2 + 0.36 + (lines.length - 1) * 0.55);

/** In two, after the hyphen or underscore nearest to the middle. */
function brokenName(id: string): readonly string[] {
  const breaks = [...id.matchAll(/[-_]/g)].map(({ index }) => index + 1);
  const [best] = breaks.toSorted((a, b) => Math.abs(a - id.length / 2) - Math.abs(b - id.length / 2));
  return best === undefined ? [id] : [id.slice(0, best), id.slice(best)];
}

function notes(
  lines: readonly string[],
  x: number,
  y: number,
  anchor: "start" | "end",
  color: string,
): readonly string[] {
  const first = y - ((lines.length - 1) * noteLine) / 2 + 4;
  return lines.map((each, index) =>
    text(each, { x, y: first + index * noteLine, fill: color, "text-anchor": anchor, "font-size": noteSize }),
  );
}

const linkColor = ({ link }: PlacedLink): string => markColor(link.mark, ink[link.kind]);

function renderCurve(placed: PlacedLink): string {
  const { link, curve } = placed;
  const color = linkColor(placed);
  const tip = curve.at(-1)!;
  const before = curve.at(-2)!;
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const along = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  // The line ends where its head begins.
  const neck = { x: tip.x - along.x * headLength, y: tip.y - along.y * headLength };
  // A bar stands clear of its node.
  const end = link.inhibits ? { x: tip.x - along.x * 3, y: tip.y - along.y * 3 } : tip;
  const points = [...curve.slice(0, -1), link.inhibits ? end : neck];
  const [start, ...rest] = points;
  const pieces: string[] = [`M${pair(start!)}`];
  for (let index = 0; index < rest.length; index += 3)
    pieces.push(
      `C${rest
        .slice(index, index + 3)
        .map(pair)
        .join(" ")}`,
    );
  return element("g", { id: `link-${link.id}` }, [
    element("path", {
      d: pieces.join(""),
      fill: "none",
      stroke: color,
      "stroke-width": link.mark === undefined || link.mark === "same" ? 1.8 : 2.6,
      "stroke-dasharray": link.kind === "feedback" ? "6 4" : link.kind === "lateral" ? "2 3" : undefined,
    }),
    arrowHead(end, along, color, link.inhibits ? "bar" : "arrow"),
  ]);
}

function renderLabel(placed: PlacedLink): string {
  const { link, label } = placed;
  const color = linkColor(placed);
  const lines = link.label.map((each, index) =>
    text(each, {
      x: label.x + label.width / 2,
      y: label.y + 3.5 + labelLine * (index + 0.76),
      fill: index === 0 ? color : ink.text,
      "font-size": labelSize,
      "font-weight": index === 0 ? "bold" : undefined,
      "text-anchor": "middle",
    }),
  );
  return element("g", {}, [
    element("rect", {
      x: label.x,
      y: label.y,
      width: label.width,
      height: label.height,
      rx: 6,
      fill: ink.paper,
      stroke: color,
      "stroke-width": 0.9,
      "stroke-dasharray": link.kind === "feedback" ? "4 3" : link.kind === "lateral" ? "2 3" : undefined,
    }),
    ...lines,
    ...renderStages(placed, color),
  ]);
}

/** Of a block: its stages one under the other; the signal runs down them, an error up. */
function renderStages({ link, label }: PlacedLink, color: string): readonly string[] {
  const { stages = [], skip = false } = link;
  const down = link.kind !== "feedback";
  const first = label.y + link.label.length * labelLine + 3.5;
  const middle = label.x + label.width / 2;
  const x = label.x + stageInset / 2;
  const [start, end] = [first + stageGap / 2, label.y + label.height - 3];
  const around = skip ? line({ x, y: down ? start : end }, { x, y: down ? end : start }, color, "arrow") : "";
  const boxes = stages.flatMap((stage, index) => {
    const y = first + index * (stageHeight + stageGap);
    const box = y + stageGap;
    const [from, to] = down ? [y + 1, box] : [box, y + 1];
    return [
      line({ x: middle, y: from }, { x: middle, y: to }, color, "arrow"),
      element("rect", {
        x: label.x + stageInset,
        y: box,
        width: label.width - 2 * stageInset,
        height: stageHeight,
        rx: 4,
        fill: ink.band,
        stroke: color,
        "stroke-width": 0.8,
      }),
      text(stage, { x: middle, y: box + 14.5, "font-size": labelSize, "text-anchor": "middle" }),
    ];
  });
  return [around, ...boxes];
}
