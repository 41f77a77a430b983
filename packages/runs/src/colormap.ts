/** From a number to a colour that reads as "more" or "less" in print, too. */
import { rgb } from "d3-color";
import { interpolateGreys, interpolatePuOr, interpolateViridis } from "d3-scale-chromatic";

/** `grey`: dark to light. `viridis`: even to the eye. `signed`: 0 is pale, negative violet, positive orange. */
export type Colormap = "grey" | "viridis" | "signed";

/** @returns red, green and blue, 0…255, of a position in 0…1; outside is clipped, NaN counts as 0 */
export function colourAt(map: Colormap, position: number): Colour {
  const level = position > 0 ? Math.round(Math.min(position, 1) * 255) : 0;
  return tableOf(map)[level] ?? [0, 0, 0];
}

type Colour = readonly [number, number, number];

const interpolators: Readonly<Record<Colormap, (position: number) => string>> = {
  grey: (position) => interpolateGreys(1 - position),
  viridis: interpolateViridis,
  signed: (position) => interpolatePuOr(1 - position),
};

const tables = new Map<Colormap, readonly Colour[]>();

/** 256 colours: parsing one for each pixel would take longer than the pictures are worth. */
function tableOf(map: Colormap): readonly Colour[] {
  const known = tables.get(map);
  if (known !== undefined) return known;
  const table = Array.from({ length: 256 }, (_, level): Colour => {
    const { r, g, b } = rgb(interpolators[map](level / 255));
    return [Math.round(r), Math.round(g), Math.round(b)];
  });
  tables.set(map, table);
  return table;
}
