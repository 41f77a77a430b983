/** Lines with heads: an arrow, or a bar where the effect is subtracted. */
import { element, number } from "./svg-element.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Length of an arrowhead. */
export const headLength = 9;

/** A straight line with a head, for the pair of a state and its error. */
export function line(from: Point, to: Point, color: string, end: "arrow" | "bar", dash?: string): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const stop = end === "bar" ? to : { x: to.x - along.x * headLength, y: to.y - along.y * headLength };
  return (
    element("line", {
      x1: from.x,
      y1: from.y,
      x2: stop.x,
      y2: stop.y,
      stroke: color,
      "stroke-width": 1.5,
      "stroke-dasharray": dash,
    }) + arrowHead(to, along, color, end)
  );
}

/** @param along  unit vector in which the line arrives */
export function arrowHead(tip: Point, along: Point, color: string, kind: "arrow" | "bar"): string {
  const across = { x: -along.y, y: along.x };
  if (kind === "bar") {
    return element("line", {
      x1: tip.x - across.x * 6 - along.x,
      y1: tip.y - across.y * 6 - along.y,
      x2: tip.x + across.x * 6 - along.x,
      y2: tip.y + across.y * 6 - along.y,
      stroke: color,
      "stroke-width": 2.4,
    });
  }
  const back = { x: tip.x - along.x * (headLength + 1), y: tip.y - along.y * (headLength + 1) };
  const corners = [
    tip,
    { x: back.x + across.x * 4.6, y: back.y + across.y * 4.6 },
    { x: back.x - across.x * 4.6, y: back.y - across.y * 4.6 },
  ];
  return element("polygon", { points: corners.map(pair).join(" "), fill: color });
}

/** `x,y` as paths and polygons want it. */
export const pair = ({ x, y }: Point): string => `${number(x)},${number(y)}`;
