/** Size of the card a link's label is written on. Pixels. */
import { textWidth } from "../text-width.ts";
import type { PictureLink } from "./circuit-picture.ts";

export const labelSize = 12;
export const labelLine = 15;

/** A stage of a block: its box, and the gap with an arrow above it. */
export const stageHeight = 21;
export const stageGap = 11;
/** Between the edge of the card and the boxes on it. */
export const stageInset = 12;

export function sizeOfLabel({ label, stages = [] }: PictureLink): { readonly width: number; readonly height: number } {
  const widest = (lines: readonly string[]): number => Math.max(0, ...lines.map((line) => textWidth(line, labelSize)));
  const inner = stages.length === 0 ? 0 : widest(stages) + 14 + 2 * stageInset;
  return {
    width: Math.max(widest(label) + 14, inner),
    height: label.length * labelLine + 7 + stages.length * (stageHeight + stageGap) + (stages.length === 0 ? 0 : 4),
  };
}
