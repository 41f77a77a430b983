/** Mermaid and DOT of every level, read by the programs they are for. */
import type { Compiled } from "@settle/compiler";
import {
  drawFlow,
  type FlowGraph,
  flowOfEquations,
  flowOfGraph,
  flowOfNormal,
  flowOfPlan,
  flowOfProgram,
  printDot,
  printMermaid,
} from "@settle/draw";
import { planProgram } from "@settle/kernels";
import { instance } from "@viz-js/viz";
import { Window } from "happy-dom";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compiled } from "../compiled.ts";

// Mermaid purifies labels, and for that wants a window when it is loaded.
const globals = globalThis as { window?: unknown };
globals.window = new Window();
const { default: mermaid } = await import("mermaid");
delete globals.window;

const fixture = (path: string): string => new URL(`../../fixtures/${path}`, import.meta.url).pathname;
const small = compiled(JSON.parse(readFileSync(fixture("small/circuit.json"), "utf8")) as object);

const flows = {
  normalize: ({ normal }: Compiled) => flowOfNormal(normal),
  resolve: ({ graph }: Compiled) => flowOfGraph(graph),
  derive: ({ equations }: Compiled) => flowOfEquations(equations),
  lower: ({ program }: Compiled) => flowOfProgram(program),
  plan: ({ graph, program }: Compiled) => flowOfPlan(graph.name, planProgram(program, { lanes: 4 })),
};

describe.each(Object.entries(flows))("the graph after %s", (_level, flowOf) => {
  const flow = flowOf(small);

  it("joins nodes that are there, each of them once", () => {
    const ids = flow.nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(flow.edges.filter(({ from, to }) => !ids.includes(from) || !ids.includes(to))).toEqual([]);
    expect(flow.edges.length).toBeGreaterThan(2);
  });

  it("is DOT that Graphviz lays out, node for node and edge for edge", async () => {
    const viz = await instance();
    const { status, output, errors } = viz.render(printDot(flow), { format: "json0" });
    // Its own font metrics lack Greek letters: those are warnings.
    expect([status, errors.filter((each) => each.level === "error")]).toEqual(["success", []]);
    const { objects, edges } = JSON.parse(output!) as { objects: { nodes?: unknown }[]; edges: unknown[] };
    expect(objects.filter((each) => !("nodes" in each))).toHaveLength(flow.nodes.length);
    expect(edges).toHaveLength(flow.edges.length);
  });

  it("is a flowchart that Mermaid reads", async () => {
    await expect(mermaid.parse(printMermaid(flow))).resolves.toMatchObject({ diagramType: "flowchart-v2" });
  });

  it("is drawn with every node in it", async () => {
    const svg = await drawFlow(flow);
    expect([...svg.matchAll(/<g><(rect|polygon)/g)]).toHaveLength(flow.nodes.length);
  });
});

it("labels with signs of the languages' own stay labels", async () => {
  const label = 'a "b" \\n <c> & #d; [e] | {f}';
  const flow: FlowGraph = {
    name: label,
    nodes: [
      { id: "1", kind: "store", label: [label] },
      { id: "2", kind: "value", label: ["end"] },
    ],
    edges: [{ from: "1", to: "2", label }],
    groups: [],
  };
  const viz = await instance();
  const { objects } = viz.renderJSON(printDot(flow)) as { objects: { label: string }[] };
  expect(objects[0]?.label.replaceAll("\\\\", "\\")).toBe(label);
  await expect(mermaid.parse(printMermaid(flow))).resolves.toBeTruthy();
});

it("the graph of a small circuit is printed as written down", async () => {
  await expect(printDot(flowOfGraph(small.graph))).toMatchFileSnapshot(fixture("small/resolve.dot"));
  await expect(printMermaid(flowOfGraph(small.graph))).toMatchFileSnapshot(fixture("small/resolve.mmd"));
});
