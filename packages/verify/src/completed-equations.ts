/** Equations with what departs from a gradient undone, and priors replaced by their energies. */
import type { Equations, GraphError, ScalarFunction, Term } from "@settle/compiler";
import { priorOf } from "@settle/spec";

/** Feedback goes through the generative weights; what a full precision whitens it weighs instead. */
export function completedEquations(equations: Equations): Equations {
  const { graph } = equations;
  const tied = [...graph.errorSynapses].map(([twin, each]) => [twin, { ...each, weights: { kind: "tied" } }] as const);
  const priors = [...equations.priors].map(([state, prior]): readonly [string, ScalarFunction] => {
    const { energy } = priorOf(graph.states.get(state)!.prior);
    return [state, { ...prior, expression: energy }];
  });
  const stages = [...graph.stages].map(([id, stage]) => [id, { ...stage, errorWeights: { kind: "tied" } }] as const);
  const errors = [...graph.errors].map(([id, error]): readonly [string, GraphError] =>
    isWhitenedWhole(error) ? [id, { ...error, precision: { ...error.precision!, apply: "weigh" } }] : [id, error],
  );
  const discrepancies = [...equations.discrepancies].map(([id, discrepancy]): readonly [string, Term] => {
    if (!isWhitenedWhole(graph.errors.get(id)!)) return [id, discrepancy];
    return [id, { kind: "half-square", of: { kind: "deviation", error: id, of: { kind: "error", error: id } } }];
  });
  const exact = {
    ...graph,
    errorSynapses: new Map(tied),
    stages: new Map(stages),
    errors: new Map(errors),
  };
  return { ...equations, graph: exact, priors: new Map(priors), discrepancies: new Map(discrepancies) };
}

/** By R⁻¹ where Σ⁻¹ would be a gradient, which no factor for each entry makes up for. */
export const isWhitenedWhole = ({ precision }: GraphError): boolean =>
  precision?.kind === "full" && precision.apply === "whiten";
