/** Where links touch the nodes they join. */
import type { PictureLink } from "./circuit-picture.ts";
import type { PlacedUnit } from "./picture-layout.ts";
import type { Point } from "../strokes.ts";
import { errorRadius, sheetOffset, stateRadius } from "./unit-size.ts";

/** The node of a unit that a link starts from or arrives at. */
export function nodeAt(link: PictureLink, end: "from" | "to"): "state" | "error" {
  switch (link.kind) {
    case "generative":
      return end === "from" ? "state" : "error";
    case "feedback":
      return end === "from" ? "error" : "state";
    case "lateral":
      return "state";
    default:
      return link.kind satisfies never;
  }
}

/** A point of the outline of a node, `dx` beside its centre, on its upper or lower side. */
export function outlinePoint(placed: PlacedUnit, node: "state" | "error", dx: number, side: "upper" | "lower"): Point {
  const centre = placed[node];
  const sign = side === "upper" ? -1 : 1;
  if (node === "error") return { x: centre.x + dx, y: centre.y + sign * (errorRadius - Math.abs(dx)) };
  const rise = placed.unit.map
    ? stateRadius + (side === "upper" ? 2 * sheetOffset : 0)
    : Math.sqrt(stateRadius ** 2 - dx ** 2);
  return { x: centre.x + dx, y: centre.y + sign * rise };
}

/** Between the ends of two links at one side of a node, and the most that all of them may take. */
const spacing = 15;
const widest = { state: 44, error: 38 } as const;

/**
 * Spreads the ends of links over the sides of nodes.
 *
 * @param ends  each with the side it is on (`side`, any key) and `near`, the x it comes from: ends are in that order, so
 *   that links do not cross where they meet
 * @returns by end, how far from the centre of its node
 */
export function spreadEnds(
  ends: readonly {
    readonly key: string;
    readonly side: string;
    readonly node: "state" | "error";
    readonly near: number;
  }[],
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const each of new Set(ends.map(({ side }) => side))) {
    const ordered = ends
      .filter(({ side }) => side === each)
      .toSorted((a, b) => a.near - b.near || (a.key < b.key ? -1 : 1));
    const last = ordered.length - 1;
    for (const [index, { key, node }] of ordered.entries()) {
      places.set(key, (index - last / 2) * Math.min(spacing, widest[node] / Math.max(1, last)));
    }
  }
  return places;
}
