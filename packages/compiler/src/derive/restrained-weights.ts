import type { Equations, Parameter } from "./equations.ts";

/** The weights that a bound on λmax holds back: of predictions, of separate error synapses and of lateral ones, where they learn. */
export function restrainedWeights({ graph, parameters }: Equations): readonly Parameter[] {
  if (graph.learn.stable === undefined) return [];
  return parameters.filter(
    ({ kind, learning }) => learning.learns && (kind === "generative" || kind === "error" || kind === "lateral"),
  );
}
