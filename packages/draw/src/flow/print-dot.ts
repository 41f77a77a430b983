/** FlowGraph → DOT, the language of Graphviz. */
import type { FlowGraph, FlowNode } from "./flow-graph.ts";

const shapes = { state: "ellipse", error: "diamond", value: "box", store: "cylinder" } as const;

export function printDot({ name, nodes, edges, groups }: FlowGraph): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const declare = ({ id, kind, label }: FlowNode): string =>
    `${numbers.get(id)} [label=${quoted(label.join("\n"))}, shape=${shapes[kind]}];`;
  return [
    `digraph ${quoted(name)} {`,
    '  node [fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=10];',
    ...nodes.filter(({ group }) => group === undefined).map((node) => `  ${declare(node)}`),
    ...groups.flatMap(({ id, label }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${quoted(label)};`,
      ...nodes.filter(({ group }) => group === id).map((node) => `    ${declare(node)}`),
      "  }",
    ]),
    ...edges.map(({ from, to, label, dashed }) => {
      const attributes = [
        ...(label === undefined ? [] : [`label=${quoted(label)}`]),
        ...(dashed === true ? ["style=dashed"] : []),
      ];
      return `  ${numbers.get(from)} -> ${numbers.get(to)}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`;
    }),
    "}",
    "",
  ].join("\n");
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
