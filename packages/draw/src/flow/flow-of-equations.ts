/** Equations → how the quantities of one step follow from each other: z → μ → e → d → z, and what learning reads. */
import { type Equations, printTerm, type Term } from "@settle/compiler";
import type { FlowEdge, FlowGraph, FlowNode } from "./flow-graph.ts";

export function flowOfEquations(equations: Equations): FlowGraph {
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  const define = (id: string, kind: FlowNode["kind"], name: string, term: Term): void => {
    nodes.push({ id, kind, label: [`${name} = ${printTerm(term, equations)}`] });
    for (const from of sourcesOf(term)) edges.push({ from, to: id });
  };
  for (const id of equations.graph.states.keys()) nodes.push({ id: `state ${id}`, kind: "state", label: [id] });
  for (const [id, term] of equations.predictions) define(`prediction ${id}`, "value", `μ(${id})`, term);
  for (const [id, term] of equations.errors) define(`error ${id}`, "error", id, term);
  for (const [id, term] of equations.corrections) {
    define(`correction ${id}`, "value", `d(${id})`, term);
    edges.push({ from: `correction ${id}`, to: `state ${id}`, label: "step", dashed: true });
  }
  for (const [id, term] of equations.deltas) define(`delta ${id}`, "store", `Δ ${id}`, term);
  return { name: equations.graph.name, nodes, edges, groups: [] };
}

/** Nodes that a term reads, each once. */
function sourcesOf(term: Term): readonly string[] {
  const sources = new Set<string>();
  const visit = (part: Term): void => {
    if (part.kind === "state" || part.kind === "activity" || part.kind === "slope" || part.kind === "prior") {
      sources.add(`state ${part.state}`);
    } else if (part.kind === "prediction" || part.kind === "error") sources.add(`${part.kind} ${part.error}`);
    for (const value of Object.values(part)) {
      for (const inner of Array.isArray(value) ? value : [value]) if (isTerm(inner)) visit(inner);
    }
  };
  visit(term);
  return [...sources];
}

const isTerm = (value: unknown): value is Term => typeof value === "object" && value !== null && "kind" in value;
