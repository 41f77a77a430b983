/** What must hold of Equations: every part has its rule, and every learned parameter something to follow. */
import { assertThat } from "../fault.ts";
import type { Equations } from "./equations.ts";

export function assertEquations({ graph, ...equations }: Equations): void {
  for (const id of graph.states.keys()) {
    assertThat(equations.corrections.has(id) && equations.flows.has(id), `state ${id} has a correction`);
  }
  for (const id of graph.errors.keys()) {
    const complete = equations.predictions.has(id) && equations.errors.has(id) && equations.discrepancies.has(id);
    assertThat(complete, `error node ${id} has its equations`);
  }
  for (const { id, learning, follows } of equations.parameters) {
    assertThat(!learning.learns || equations.deltas.has(follows.parameter), `parameter ${id} has a Δ to follow`);
  }
}
