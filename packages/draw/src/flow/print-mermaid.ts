/** FlowGraph → a Mermaid flowchart. */
import type { FlowGraph, FlowNode } from "./flow-graph.ts";

const brackets = { state: ["([", "])"], error: ["{", "}"], value: ["[", "]"], store: ["[(", ")]"] } as const;

export function printMermaid({ name, nodes, edges, groups }: FlowGraph): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const declare = ({ id, kind, label }: FlowNode): string => {
    const [open, close] = brackets[kind];
    return `${numbers.get(id)}${open}${quoted(label.join("\n"))}${close}`;
  };
  return [
    "---",
    `title: ${JSON.stringify(name)}`,
    "---",
    "flowchart TD",
    ...nodes.filter(({ group }) => group === undefined).map((node) => `  ${declare(node)}`),
    ...groups.flatMap(({ id, label }, index) => [
      `  subgraph g${index}[${quoted(label)}]`,
      ...nodes.filter(({ group }) => group === id).map((node) => `    ${declare(node)}`),
      "  end",
    ]),
    ...edges.map(({ from, to, label, dashed }) => {
      const arrow = dashed === true ? "-.->" : "-->";
      return `  ${numbers.get(from)} ${arrow}${label === undefined ? "" : `|${quoted(label)}|`} ${numbers.get(to)}`;
    }),
    "",
  ].join("\n");
}

/** Mermaid has no escape for a quotation mark; it takes entities, with # for &. */
const quoted = (text: string): string =>
  `"${text.replaceAll("#", "#35;").replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;").replaceAll("\n", "<br/>")}"`;
