/** Splines that leave and arrive upright. */
import type { Point } from "../strokes.ts";

/** Goes through the points in order; each piece has upright ends, so that pieces join smoothly. */
export function uprightCurve(points: readonly Point[]): readonly Point[] {
  const curve: Point[] = points.slice(0, 1);
  for (const [index, to] of points.entries()) {
    const from = points[index - 1];
    if (from === undefined) continue;
    const middle = (from.y + to.y) / 2;
    curve.push({ x: from.x, y: middle }, { x: to.x, y: middle }, to);
  }
  return curve;
}

/** An arc over the top (or under the bottom, if `height` is negative) from one point to another. */
export function arc(from: Point, to: Point, height: number): readonly Point[] {
  // A cubic reaches three quarters of the way to its control points.
  const reach = height / 0.75;
  return [from, { x: from.x, y: from.y - reach }, { x: to.x, y: to.y - reach }, to];
}

/** A ring over a node, wider than its feet are apart. */
export function loop(from: Point, to: Point, height: number): readonly Point[] {
  const reach = height / 0.75;
  return [from, { x: from.x - 16, y: from.y - reach }, { x: to.x + 16, y: to.y - reach }, to];
}
