/**
 * Where the units and labels of a picture stand, by ELK's layered algorithm: it orders what is in a row and leaves lanes
 * for links that pass one. A label is a node of its own between two rows, so nothing covers it.
 *
 * @source Sugiyama1981
 */
import type { ElkExtendedEdge, ElkNode } from "elkjs";
import { layOut } from "../lay-out.ts";
import type { CircuitPicture, PictureLink } from "./circuit-picture.ts";
import { sizeOfLabel } from "./label-size.ts";
import type { Box } from "./picture-layout.ts";
import type { Point } from "../strokes.ts";

const layoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  // Keeps the layers that the places of the nodes suggest.
  "elk.layered.layering.strategy": "INTERACTIVE",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.nodeNode": "26",
  "elk.spacing.edgeNode": "26",
  "elk.spacing.edgeEdge": "18",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.padding": "[top=0,left=0,bottom=0,right=0]",
};

/** A row of units (even index) or the labels under it (odd index, one less). */
export interface Layer {
  readonly index: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly unitBox: (id: string) => Box;
  readonly labelBox: (link: PictureLink) => Box;
  /** Where a link that comes down from its label passes a height. */
  readonly laneAt: (link: PictureLink, y: number) => number;
  /** From the top down. */
  readonly layers: readonly Layer[];
}

/**
 * @param links  those whose ends are in different rows
 * @param sizeOf  of a unit, with what is drawn over and under it
 */
export async function arrangePicture(
  { units }: CircuitPicture,
  links: readonly PictureLink[],
  sizeOf: (id: string) => { readonly width: number; readonly height: number },
): Promise<Arrangement> {
  const rows = new Map(units.map(({ id, row }) => [id, row]));
  const rowOf = (id: string): number => rows.get(id) ?? 0;
  const layerOf = new Map<string, number>();
  const nodes: ElkNode[] = [];
  const add = (id: string, layer: number, size: { readonly width: number; readonly height: number }): void => {
    layerOf.set(id, layer);
    nodes.push({ id, ...size, x: 0, y: -layer * 10_000 });
  };
  const edges: ElkExtendedEdge[] = [];
  for (const unit of units) add(`unit ${unit.id}`, 2 * unit.row, sizeOf(unit.id));
  for (const link of links) {
    const [upper, lower] = rowOf(link.from) > rowOf(link.to) ? [link.from, link.to] : [link.to, link.from];
    add(`link ${link.id}`, 2 * rowOf(upper) - 1, sizeOfLabel(link));
    edges.push({ id: `upper ${link.id}`, sources: [`unit ${upper}`], targets: [`link ${link.id}`] });
    edges.push({ id: `lower ${link.id}`, sources: [`link ${link.id}`], targets: [`unit ${lower}`] });
  }
  const root = await layOut({ id: "root", layoutOptions, children: nodes, edges });
  const boxes = new Map((root.children ?? []).map((node) => [node.id, boxOf(node)]));
  const lines = new Map((root.edges ?? []).map((edge) => [edge.id, pointsOf(edge)]));
  const labelBox = (link: PictureLink): Box => boxes.get(`link ${link.id}`) ?? nowhere;
  return {
    width: root.width ?? 0,
    height: root.height ?? 0,
    unitBox: (id) => boxes.get(`unit ${id}`) ?? nowhere,
    labelBox,
    laneAt(link, y) {
      const { x, width } = labelBox(link);
      return passingAt(lines.get(`lower ${link.id}`) ?? [], y) ?? x + width / 2;
    },
    layers: layersOf(boxes, layerOf),
  };
}

const nowhere: Box = { x: 0, y: 0, width: 0, height: 0 };

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Box => ({ x, y, width, height });

const pointsOf = ({ sections = [] }: ElkExtendedEdge): readonly Point[] =>
  sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);

function passingAt(points: readonly Point[], y: number): number | undefined {
  for (const [index, to] of points.entries()) {
    const from = points[index - 1];
    if (from !== undefined && from.x === to.x && from.y <= y && to.y >= y) return to.x;
  }
  return undefined;
}

function layersOf(boxes: ReadonlyMap<string, Box>, layerOf: ReadonlyMap<string, number>): readonly Layer[] {
  const layers = new Map<number, Layer>();
  for (const [id, box] of boxes) {
    const index = layerOf.get(id) ?? 0;
    const known = layers.get(index);
    layers.set(index, {
      index,
      top: Math.min(known?.top ?? Infinity, box.y),
      bottom: Math.max(known?.bottom ?? -Infinity, box.y + box.height),
    });
  }
  return [...layers.values()].toSorted((a, b) => b.index - a.index);
}
