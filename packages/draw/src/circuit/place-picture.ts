/** CircuitPicture → PictureLayout: places for units and labels, and the curves between them. */
import { type Arrangement, arrangePicture } from "./arrange-picture.ts";
import type { CircuitPicture, PictureLink } from "./circuit-picture.ts";
import { arc, loop, uprightCurve } from "./curve.ts";
import { sizeOfLabel } from "./label-size.ts";
import { nodeAt, outlinePoint, spreadEnds } from "./link-ends.ts";
import type { PictureLayout, PlacedLink, PlacedRow, PlacedUnit } from "./picture-layout.ts";
import type { Point } from "../strokes.ts";
import { noteLine, sizeOfUnits } from "./unit-size.ts";

/** Height of an arc over or under a row, with its label. */
const arcRoom = 50;

export async function placePicture(picture: CircuitPicture): Promise<PictureLayout> {
  const rows = new Map(picture.units.map(({ id, row }) => [id, row]));
  const rowOf = (id: string): number => rows.get(id) ?? 0;
  const beside = picture.links.filter(({ from, to }) => rowOf(from) === rowOf(to));
  const between = picture.links.filter((link) => !beside.includes(link));
  const room = roomFor(picture, beside);
  const rings = beside.filter((link) => isOver(link) && link.from === link.to);
  const ownSize = sizeOfUnits(picture.units, Math.max(0, ...rings.map((link) => sizeOfLabel(link).width + 8)));
  const unitOf = new Map(picture.units.map((unit) => [unit.id, unit]));
  const arrangement = await arrangePicture(picture, between, (id) => {
    const { width, height } = ownSize(unitOf.get(id)!);
    return { width, height: height + room(id).over + room(id).under };
  });

  const units = picture.units.map((unit): PlacedUnit => {
    const box = arrangement.unitBox(unit.id);
    const { stateX, errorX, centreY } = ownSize(unit);
    const y = box.y + room(unit.id).over + centreY;
    return { unit, state: { x: box.x + stateX, y }, error: { x: box.x + errorX, y } };
  });
  const placedOf = new Map(units.map((placed) => [placed.unit.id, placed]));
  const unitAt = (id: string): PlacedUnit => placedOf.get(id)!;
  const placeBetween = placerBetween(between, arrangement, rowOf, unitAt);
  const placeBeside = placerBeside(beside, unitAt);
  const links = picture.links.map((link) => (beside.includes(link) ? placeBeside(link) : placeBetween(link)));
  return {
    width: Math.max(arrangement.width, ...links.map(({ label }) => label.x + label.width)),
    height: arrangement.height,
    units,
    links,
    rows: arrangement.layers
      .filter(({ index }) => index % 2 === 0)
      .map(({ index, top, bottom }): PlacedRow => {
        const level = picture.units.find(({ row, level: known }) => row === index / 2 && known !== undefined)?.level;
        return { top, bottom, ...(level === undefined ? {} : { level }) };
      }),
  };
}

/** Laterals pass over a row, a state's prediction of its own row under it. */
const isOver = (link: PictureLink): boolean => link.kind === "lateral";

/** The same for all units of a row, so that they stand on one line. */
function roomFor(
  { units }: CircuitPicture,
  beside: readonly PictureLink[],
): (id: string) => { readonly over: number; readonly under: number } {
  const ofUnit = (id: string): { readonly over: number; readonly under: number } => {
    const own = beside.filter(({ from, to }) => from === id || to === id);
    const over = own.filter(isOver).length;
    return { over: over * arcRoom, under: (own.length - over) * arcRoom };
  };
  return (id) => {
    const row = units.find((unit) => unit.id === id)?.row;
    const rooms = units.filter((unit) => unit.row === row).map((unit) => ofUnit(unit.id));
    return { over: Math.max(...rooms.map(({ over }) => over)), under: Math.max(...rooms.map(({ under }) => under)) };
  };
}

/** Links from row to row: down from the upper node to the label, along its lane past other rows, to the lower node. */
function placerBetween(
  links: readonly PictureLink[],
  { labelBox, laneAt, layers, unitBox }: Arrangement,
  rowOf: (id: string) => number,
  unitAt: (id: string) => PlacedUnit,
): (link: PictureLink) => PlacedLink {
  const isUpper = (link: PictureLink, end: "from" | "to"): boolean =>
    rowOf(link[end]) === Math.max(rowOf(link.from), rowOf(link.to));
  const middle = (link: PictureLink): number => labelBox(link).x + labelBox(link).width / 2;
  const places = spreadEnds(
    links.flatMap((link) =>
      (["from", "to"] as const).map((end) => {
        const node = nodeAt(link, end);
        const upper = isUpper(link, end);
        const near = upper ? middle(link) : laneAt(link, unitBox(link[end]).y - 30);
        return { key: `${end} ${link.id}`, side: `${upper ? "lower" : "upper"} ${node} ${link[end]}`, node, near };
      }),
    ),
  );
  /** The point where a link touches its node, and the one where it leaves the row. */
  const ends = (link: PictureLink, end: "from" | "to"): readonly [Point, Point] => {
    const side = isUpper(link, end) ? "lower" : "upper";
    const touch = outlinePoint(unitAt(link[end]), nodeAt(link, end), places.get(`${end} ${link.id}`) ?? 0, side);
    const box = unitBox(link[end]);
    return [touch, { x: touch.x, y: side === "lower" ? box.y + box.height : box.y }];
  };
  return (link) => {
    const downwards = isUpper(link, "from");
    const [upper, lower] = downwards ? (["from", "to"] as const) : (["to", "from"] as const);
    const label = labelBox(link);
    const x = middle(link);
    const passed = layers.filter(({ index }) => index > 2 * rowOf(link[lower]) && index < 2 * rowOf(link[upper]) - 1);
    const curve = uprightCurve([
      ...ends(link, upper),
      { x, y: label.y },
      { x, y: label.y + label.height },
      ...passed.flatMap(({ top, bottom }) => {
        const lane = laneAt(link, (top + bottom) / 2);
        return [
          { x: lane, y: top },
          { x: lane, y: bottom },
        ];
      }),
      ...ends(link, lower).toReversed(),
    ]);
    return { link, label, curve: downwards ? curve : curve.toReversed() };
  };
}

/** Links within a row, as arcs; one over the other where they share a unit. */
function placerBeside(
  links: readonly PictureLink[],
  unitAt: (id: string) => PlacedUnit,
): (link: PictureLink) => PlacedLink {
  return (link) => {
    const over = isOver(link);
    const shares = ({ from, to }: PictureLink): boolean => [from, to].some((id) => id === link.from || id === link.to);
    const rank = links.filter((each) => isOver(each) === over && shares(each)).indexOf(link);
    const side = over ? "upper" : "lower";
    const ring = over && link.from === link.to;
    const foot = (at: "from" | "to"): Point => {
      const node = nodeAt(link, at);
      return outlinePoint(unitAt(link[at]), node, footOf(link, node, at), side);
    };
    const start = foot("from");
    const end = foot("to");
    const height = 26 + arcRoom * Math.max(0, rank);
    const size = sizeOfLabel(link);
    const top = over ? Math.min(start.y, end.y) - height : Math.max(start.y, end.y) + height;
    return ring
      ? {
          link,
          curve: loop(start, end, height),
          // Beside the ring, above what is noted on the left of its state.
          label: {
            ...size,
            x: start.x - 20 - size.width,
            y: Math.min(top - size.height / 2 + 6, notesTop(unitAt(link.from)) - size.height),
          },
        }
      : {
          link,
          curve: arc(start, end, over ? height : -height),
          label: { ...size, x: (start.x + end.x - size.width) / 2, y: top - size.height / 2 },
        };
  };
}

const notesTop = ({ unit, state }: PlacedUnit): number => state.y - (unit.notes.length * noteLine) / 2 - 3;

/** How far from the centre of its node an arc stands: clear of what goes to other rows, the road back inside. */
function footOf(link: PictureLink, node: "state" | "error", end: "from" | "to"): number {
  if (link.kind === "lateral") return link.from !== link.to ? 0 : end === "from" ? -13 : 13;
  const outer = link.kind === "generative";
  return node === "state" ? (outer ? 25 : 18) : outer ? -6 : 6;
}
