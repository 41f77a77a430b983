/** Sizes of a unit: state on the left, error node on the right, notes outside of both. Pixels. */
import { textWidth } from "../text-width.ts";
import type { PictureUnit } from "./circuit-picture.ts";

export const noteSize = 12;
export const noteLine = 16;
/** Of a state's circle, and half the side of a map's square. */
export const stateRadius = 30;
/** Half the diagonal of an error node's diamond. */
export const errorRadius = 27;
/** From the centre of a state to that of its error node. */
const ownDistance = 124;
/** How far the back sheets of a map stand out. */
export const sheetOffset = 5;
const margin = 12;

export interface UnitSize {
  readonly width: number;
  readonly height: number;
  /** Centres, from the left edge and from the top. */
  readonly stateX: number;
  readonly errorX: number;
  readonly centreY: number;
}

/**
 * The same for all units of a picture, so that states and errors stand in columns.
 *
 * @param leftRoom  how much there must be left of a state at least
 */
export function sizeOfUnits(units: readonly PictureUnit[], leftRoom = 0): (unit: PictureUnit) => UnitSize {
  const widest = (notes: readonly (readonly string[])[]): number =>
    Math.max(0, ...notes.flat().map((note) => textWidth(note, noteSize)));
  const left = Math.max(leftRoom, widest(units.map(({ notes }) => notes)) + margin);
  const right = widest(units.map(({ error }) => error?.notes ?? [])) + margin;
  const stateX = left + stateRadius;
  const errorX = stateX + ownDistance;
  return ({ notes, error }) => {
    const lines = Math.max(notes.length, error?.notes.length ?? 0);
    const over = Math.max(stateRadius + 2 * sheetOffset + 4, (lines * noteLine) / 2 + 4);
    const under = Math.max(stateRadius + 4, (lines * noteLine) / 2 + 4);
    return { width: errorX + errorRadius + right, height: over + under, stateX, errorX, centreY: over };
  };
}
