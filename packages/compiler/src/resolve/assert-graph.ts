/** What must hold of a CircuitGraph that had no faults: nothing in it is undefined. */
import { hasTensor, sameShape } from "@settle/program";
import { assertThat } from "../fault.ts";
import type { CircuitGraph } from "./circuit-graph.ts";

export function assertGraph(graph: CircuitGraph): void {
  for (const synapse of graph.synapses.values()) {
    const source = graph.states.get(synapse.from);
    const error = graph.errors.get(synapse.to);
    assertThat(source !== undefined && error !== undefined, `ends of ${synapse.id} exist`);
    assertThat(error.target === synapse.target, `${synapse.id} knows the state it predicts`);
    let shape = source.shape;
    for (const { stage, pool, upsample } of synapse.path) {
      for (const id of [stage, pool, upsample]) {
        if (id === undefined) continue;
        const relation = graph.stages.get(id)?.relation;
        assertThat(relation !== undefined && sameShape(relation.preShape, shape), `${id} fits what it reads`);
        shape = relation.postShape;
      }
    }
    assertThat(sameShape(shape, error.shape), `${synapse.id} fits its target`);
  }
  for (const { id, weights, relation } of graph.stages.values()) {
    const owner = weights === undefined ? undefined : graph.stages.get(weights);
    assertThat(hasTensor(relation) === (owner?.tensor !== undefined), `${id} has weights if it wants some`);
  }
  for (const { id, from, to, relation } of graph.laterals.values()) {
    const [source, target] = [graph.states.get(from), graph.states.get(to)];
    assertThat(source !== undefined && target !== undefined, `ends of ${id} exist`);
    assertThat(sameShape(relation.preShape, source.shape), `${id} fits its source`);
    assertThat(sameShape(relation.postShape, target.shape), `${id} fits its target`);
  }
  const started = new Set<string>();
  for (const id of graph.startOrder) {
    const state = graph.states.get(id);
    assertThat(state !== undefined && !started.has(id), `${id} starts once`);
    const sources = state.error === undefined ? [] : (graph.errors.get(state.error)?.predictors ?? []);
    if (state.start.kind === "project") {
      for (const synapse of sources) {
        const from = graph.synapses.get(synapse)?.from;
        assertThat(from !== undefined && started.has(from), `${from} starts before ${id}`);
      }
    }
    started.add(id);
  }
  assertThat(started.size === graph.states.size, "every state starts");
}
