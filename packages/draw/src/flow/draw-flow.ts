/** FlowGraph → SVG: boxes in layers, one panel for each group. */
import type { ElkExtendedEdge, ElkNode } from "elkjs";
import { layOut } from "../lay-out.ts";
import { font, ink } from "../palette.ts";
import { arrowHead, headLength, pair, type Point } from "../strokes.ts";
import { element, escapeXml, number, text } from "../svg-element.ts";
import { textWidth } from "../text-width.ts";
import type { FlowGraph, FlowNode } from "./flow-graph.ts";

const size = 11;
const lineHeight = 14;
const margin = 20;
/** How far the sides of an error node stick out. */
const tip = 12;

const layoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": "30",
  "elk.spacing.nodeNode": "18",
  "elk.spacing.edgeNode": "14",
  "elk.padding": "[top=12,left=12,bottom=12,right=12]",
};

/** One drawing for each group, under each other: values do not cross from phase to phase. */
export async function drawFlow(graph: FlowGraph): Promise<string> {
  const groups = graph.groups.length === 0 ? [{ id: undefined, label: "" }] : graph.groups;
  const panels: string[] = [];
  let y = margin + 36;
  let width = textWidth(graph.name, 19) + 2 * margin;
  for (const { id, label } of groups) {
    const panel = await drawPanel(graph, id);
    panels.push(
      element("g", { transform: `translate(${margin} ${number(y)})` }, [
        element("rect", { width: panel.width, height: panel.height + 22, rx: 8, fill: ink.band }),
        text(label, { x: 12, y: 18, "font-size": 12, "font-weight": "bold", fill: ink.faint }),
        element("g", { transform: "translate(0 22)" }, panel.parts),
      ]),
    );
    y += panel.height + 22 + 16;
    width = Math.max(width, panel.width + 2 * margin);
  }
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: Math.ceil(width),
      height: Math.ceil(y),
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(y)}`,
      "font-family": font,
      "font-size": size,
      role: "img",
    },
    [
      element("title", {}, [escapeXml(`Circuit ${graph.name}`)]),
      element("rect", { width: "100%", height: "100%", fill: ink.paper }),
      text(graph.name, { x: margin, y: margin + 16, "font-size": 19, "font-weight": "bold" }),
      ...panels,
    ].map((part) => `\n${part}`),
  )}\n`;
}

interface Panel {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

async function drawPanel(graph: FlowGraph, group: string | undefined): Promise<Panel> {
  const nodes = graph.nodes.filter((node) => node.group === group);
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const root = await layOut({
    id: "root",
    layoutOptions,
    children: nodes.map((node) => ({ id: node.id, ...sizeOfNode(node) })),
    // Layers follow what is computed first: the way back is laid out against its arrow.
    edges: edges.map(({ from, to, label, dashed }, index) => ({
      id: String(index),
      sources: [dashed === true ? to : from],
      targets: [dashed === true ? from : to],
      labels:
        label === undefined ? [] : [{ id: `label ${index}`, text: label, width: textWidth(label, size), height: 14 }],
    })),
  });
  const placed = new Map((root.children ?? []).map((node) => [node.id, node]));
  return {
    width: root.width ?? 0,
    height: root.height ?? 0,
    parts: [
      ...(root.edges ?? []).map((edge) => drawEdge(edge, edges[Number(edge.id)]?.dashed === true)),
      ...nodes.map((node) => drawNode(node, placed.get(node.id) ?? { id: node.id })),
    ],
  };
}

function sizeOfNode({ kind, label }: FlowNode): { readonly width: number; readonly height: number } {
  const width = Math.max(24, ...label.map((line) => textWidth(line, size)));
  const height = label.length * lineHeight;
  return { width: width + (kind === "error" ? 2 * tip + 8 : 18), height: height + 12 };
}

function drawNode({ kind, label }: FlowNode, { x = 0, y = 0, width = 0, height = 0 }: ElkNode): string {
  const stroke = { stroke: ink.text, "stroke-width": 1.1 };
  const middle = { x: x + width / 2, y: y + height / 2 };
  const outline = {
    state: () => element("rect", { x, y, width, height, rx: height / 2, fill: ink.state, ...stroke }),
    error: () =>
      element("polygon", {
        points: [
          { x: x + tip, y },
          { x: x + width - tip, y },
          { x: x + width, y: middle.y },
          { x: x + width - tip, y: y + height },
          { x: x + tip, y: y + height },
          { x, y: middle.y },
        ]
          .map(pair)
          .join(" "),
        fill: ink.error,
        ...stroke,
      }),
    value: () => element("rect", { x, y, width, height, rx: 3, fill: ink.paper, ...stroke }),
    store: () => element("rect", { x, y, width, height, rx: 3, fill: ink.observed, ...stroke }),
  }[kind]();
  const first = middle.y - ((label.length - 1) * lineHeight) / 2 + 4;
  const lines = label.map((line, index) =>
    text(line, { x: middle.x, y: first + index * lineHeight, "text-anchor": "middle" }),
  );
  return element("g", {}, [outline, ...lines]);
}

function drawEdge(edge: ElkExtendedEdge, dashed: boolean): string {
  const color = dashed ? ink.feedback : ink.generative;
  const lines = (edge.sections ?? []).map((section) => {
    const laidOut = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    const points = dashed ? laidOut.toReversed() : laidOut;
    const endPoint = points.at(-1)!;
    const before = points.at(-2)!;
    const length = Math.hypot(endPoint.x - before.x, endPoint.y - before.y) || 1;
    const along: Point = { x: (endPoint.x - before.x) / length, y: (endPoint.y - before.y) / length };
    const neck = { x: endPoint.x - along.x * headLength, y: endPoint.y - along.y * headLength };
    return (
      element("polyline", {
        points: [...points.slice(0, -1), neck].map(pair).join(" "),
        fill: "none",
        stroke: color,
        "stroke-width": 1.2,
        "stroke-dasharray": dashed ? "5 3" : undefined,
      }) + arrowHead(endPoint, along, color, "arrow")
    );
  });
  const labels = (edge.labels ?? []).map(({ x = 0, y = 0, text: content = "" }) =>
    text(content, { x, y: y + 11, fill: color }),
  );
  return element("g", {}, [...lines, ...labels]);
}
