/** NormalCircuit or CircuitGraph → the circuit as a graph: states, error nodes, synapses. */
import type { CircuitGraph, NormalCircuit } from "@settle/compiler";
import type { FlowEdge, FlowGraph, FlowNode } from "./flow-graph.ts";

export function flowOfNormal(circuit: NormalCircuit): FlowGraph {
  return flowOf(circuit.name, circuit, (id) => {
    const state = circuit.states.find((each) => each.id === id);
    if (state?.shape !== undefined) return state.shape.join("×");
    return state?.channels === undefined ? "shape to be inferred" : `${state.channels} channels`;
  });
}

export function flowOfGraph(graph: CircuitGraph): FlowGraph {
  const parts = {
    states: [...graph.states.values()],
    errors: [...graph.errors.values()],
    synapses: [...graph.synapses.values()],
    errorSynapses: [...graph.errorSynapses.values()],
    laterals: [...graph.laterals.values()],
  };
  return flowOf(graph.name, parts, (id) => graph.states.get(id)?.shape.join("×") ?? "");
}

type Parts = Pick<NormalCircuit, "synapses" | "errorSynapses" | "laterals"> & {
  readonly errors: readonly Pick<NormalCircuit["errors"][number], "id" | "target">[];
  readonly states: readonly Pick<NormalCircuit["states"][number], "id" | "observed">[];
};

function flowOf(name: string, circuit: Parts, sizeOf: (state: string) => string): FlowGraph {
  const state = (id: string): string => `state ${id}`;
  const error = (id: string): string => `error ${id}`;
  const nodes: FlowNode[] = [
    ...circuit.states.map(({ id, observed }): FlowNode => ({
      id: state(id),
      kind: "state",
      label: [id, sizeOf(id), ...(observed === undefined ? [] : [observed.data])],
    })),
    ...circuit.errors.map(({ id }): FlowNode => ({ id: error(id), kind: "error", label: [id] })),
  ];
  const edges: FlowEdge[] = [
    ...circuit.synapses.map(({ id, from, to, kind }) => ({
      from: state(from),
      to: error(to),
      label: `${id} ${kind}`,
    })),
    ...circuit.errors.map(({ id, target }) => ({ from: state(target), to: error(id) })),
    ...circuit.errors.map(({ id, target }) => ({ from: error(id), to: state(target), label: "−", dashed: true })),
    ...circuit.errorSynapses.map(({ twin, from, to, weights }) => ({
      from: error(from),
      to: state(to),
      label: weights.kind === "tied" ? `${twin}ᵀ` : `E(${twin})`,
      dashed: true,
    })),
    ...circuit.laterals.map(({ id, from, to, weights }) => ({
      from: state(from),
      to: state(to),
      label: `${id} ${weights.kind}`,
    })),
  ];
  return { name, nodes, edges, groups: [] };
}
