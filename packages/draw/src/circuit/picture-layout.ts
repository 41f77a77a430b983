/** A CircuitPicture with places: pixels from the top left corner of the drawing. */
import type { Point } from "../strokes.ts";
import type { PictureLink, PictureUnit } from "./circuit-picture.ts";

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedUnit {
  readonly unit: PictureUnit;
  readonly state: Point;
  /** Of its error node, if it has one. */
  readonly error: Point;
}

export interface PlacedLink {
  readonly link: PictureLink;
  /** A cubic spline as the signal runs: its start, then two control points and an end for each piece. */
  readonly curve: readonly Point[];
  readonly label: Box;
}

export interface PlacedRow {
  readonly level?: number;
  readonly top: number;
  readonly bottom: number;
}

export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly units: readonly PlacedUnit[];
  readonly links: readonly PlacedLink[];
  readonly rows: readonly PlacedRow[];
}
