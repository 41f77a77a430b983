/** What the signs of a picture mean: those that occur in it. */
import { ink } from "../palette.ts";
import { line } from "../strokes.ts";
import { element, text } from "../svg-element.ts";
import { textWidth } from "../text-width.ts";
import type { CircuitPicture } from "./circuit-picture.ts";

interface Entry {
  readonly sign: (y: number) => string;
  readonly meaning: string;
}

const signWidth = 34;
const size = 11;
const lineHeight = 22;

/** @param widest  how wide a line of it may be */
export function legendOf(
  { units, links }: CircuitPicture,
  widest: number,
): {
  readonly parts: readonly string[];
  readonly width: number;
  readonly height: number;
} {
  const has = (kind: string): boolean => links.some((link) => link.kind === kind);
  const marks = new Set([...units.flatMap((unit) => [unit.mark, unit.error?.mark]), ...links.map(({ mark }) => mark)]);
  const shape = (fill: string, y: number): string =>
    element("circle", { cx: 13, cy: y, r: 7, fill, stroke: ink.text, "stroke-width": 1.2 });
  const stroke = (color: string, end: "arrow" | "bar", dash?: string) => (y: number) =>
    line({ x: 2, y }, { x: 26, y }, color, end, dash);
  const entries: (Entry | false)[] = [
    { sign: (y) => shape(ink.state, y), meaning: "state" },
    units.some((unit) => unit.observed) && { sign: (y) => shape(ink.observed, y), meaning: "observed state" },
    {
      sign: (y) =>
        element("polygon", {
          points: `13,${y - 8} 21,${y} 13,${y + 8} 5,${y}`,
          fill: ink.error,
          stroke: ink.text,
          "stroke-width": 1.2,
        }),
      meaning: "error: state minus prediction",
    },
    { sign: stroke(ink.generative, "arrow"), meaning: "generative synapse (predicts)" },
    has("feedback") && { sign: stroke(ink.feedback, "arrow", "6 4"), meaning: "error synapse (corrects)" },
    has("lateral") && { sign: stroke(ink.lateral, "arrow", "2 3"), meaning: "lateral synapse" },
    { sign: stroke(ink.text, "bar"), meaning: "subtracts" },
    ...(["added", "removed", "changed", "same"] as const).map(
      (mark) => marks.has(mark) && { sign: stroke(ink[mark], "arrow"), meaning: mark },
    ),
  ];
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  let width = 0;
  for (const entry of entries) {
    if (entry === false) continue;
    const advance = signWidth + textWidth(entry.meaning, size) + 14;
    if (x > 0 && x + advance > widest) {
      x = 0;
      y += lineHeight;
    }
    parts.push(
      element("g", { transform: `translate(${Math.round(x)} 0)` }, [
        entry.sign(y),
        text(entry.meaning, { x: signWidth, y: y + 4, "font-size": size, fill: ink.faint }),
      ]),
    );
    x += advance;
    width = Math.max(width, x);
  }
  return { parts, width, height: y + lineHeight };
}
