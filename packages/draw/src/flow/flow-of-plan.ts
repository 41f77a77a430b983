/** KernelPlan → the kernels of each phase, in the order in which they hand arrays to each other. */
import { type ArrayIndex, arraysOf, type GroupKernel, type KernelPlan, type SharedKernel } from "@settle/kernels";
import type { FlowEdge, FlowGraph, FlowNode } from "./flow-graph.ts";
import { shortened } from "./shortened.ts";

export function flowOfPlan(name: string, plan: KernelPlan): FlowGraph {
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  const groups: { id: string; label: string }[] = [];
  for (const [phase, { head, group, tail, merges }] of Object.entries(plan.phases)) {
    const kernels = [...head, ...group, ...tail];
    if (kernels.length === 0) continue;
    groups.push({ id: phase, label: `phase ${phase}` });
    /** The node that an array's content comes from. */
    const sources = new Map<ArrayIndex, string>();
    const sourceOf = (array: ArrayIndex): string => {
      const known = sources.get(array);
      if (known !== undefined) return known;
      const id = `${phase} array ${array}`;
      nodes.push({ id, kind: "store", label: [shortened(plan.arrays[array]?.id ?? "")], group: phase });
      sources.set(array, id);
      return id;
    };
    const add = (kernel: GroupKernel | SharedKernel, index: number): void => {
      const id = `${phase} kernel ${index}`;
      const { reads, writes } = arraysOf(kernel);
      for (const from of new Set(reads.map(sourceOf))) edges.push({ from, to: id });
      nodes.push({ id, kind: "value", label: [shortened(kernel.label), kernel.kind], group: phase });
      for (const array of writes) sources.set(array, id);
    };
    [...head, ...group].forEach(add);
    for (const { partial, shared } of merges) sources.set(shared, sourceOf(partial));
    tail.forEach((kernel, index) => add(kernel, head.length + group.length + index));
    for (const [array, from] of sources) {
      const { buffer, id } = plan.arrays[array] ?? {};
      if (buffer === undefined || !from.startsWith(`${phase} kernel`)) continue;
      const to = `${phase} write ${array}`;
      nodes.push({ id: to, kind: "store", label: [`→ ${id}`], group: phase });
      edges.push({ from, to });
    }
  }
  return { name, nodes, edges, groups };
}
