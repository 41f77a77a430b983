/** Size of the card a link's label is written on. Pixels. */
import { textWidth } from "../text-width.ts";
import type { PictureLink } from "./circuit-picture.ts";

export const labelSize = 12;
export const labelLine = 15;

export function sizeOfLabel({ label, stages = [] }: PictureLink): { readonly width: number; readonly height: number } {
  const lines = [...label, ...stages];
  return {
    width: Math.max(...lines.map((line) => textWidth(line, labelSize))) + 14,
    height: lines.length * labelLine + 7,
  };
}
