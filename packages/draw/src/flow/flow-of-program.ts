/** Program → the instructions of each phase, with what they read and write. */
import { operandsOf, phaseNames, printInstruction, printType, type Program } from "@settle/program";
import { shortened } from "./shortened.ts";
import type { FlowEdge, FlowGraph, FlowNode } from "./flow-graph.ts";

export function flowOfProgram(program: Program): FlowGraph {
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  const groups = phaseNames.filter((name) => program.phases[name].instructions.length > 0);
  for (const name of groups) {
    const phase = program.phases[name];
    const group = name;
    const valueId = (value: number): string => `${name} %${value}`;
    for (const { value, buffer } of phase.reads) {
      nodes.push({ id: valueId(value), kind: "store", label: [buffer], group });
    }
    for (const instruction of phase.instructions) {
      const { type, label } = phase.values[instruction.out]!;
      const title = `%${instruction.out} ${label ?? ""}`.trim();
      const id = valueId(instruction.out);
      nodes.push({
        id,
        kind: "value",
        label: [`${title} ${printType(type)}`, shortened(printInstruction(instruction))],
        group,
      });
      for (const operand of new Set(operandsOf(instruction))) edges.push({ from: valueId(operand), to: id });
    }
    for (const { buffer, value } of phase.writes) {
      const id = `${name} write ${buffer}`;
      nodes.push({ id, kind: "store", label: [`→ ${buffer}`], group });
      edges.push({ from: valueId(value), to: id });
    }
  }
  return { name: program.circuit.name, nodes, edges, groups: groups.map((id) => ({ id, label: `phase ${id}` })) };
}
