/** Circuits for which training by backpropagation through the settle is not defined, and why. */
import type { Equations } from "../derive/equations.ts";

export function whyNot({
  graph,
  parameters,
}: Equations): { readonly reason: string; readonly help: string } | undefined {
  const learned = parameters.filter(({ learning }) => learning.learns);
  const observed = [...graph.states.values()].filter((state) => state.observed !== undefined);
  const predicted = new Set([...graph.errors.values()].map(({ target }) => target));
  const label = observed.find((state) => state.observed?.data === "label");
  const precision = learned.find(({ kind }) => kind === "precision");
  const follower = learned.find(({ kind }) => kind === "error");
  if (learned.length === 0) return { reason: "nothing in it learns", help: "let a synapse learn." };
  if (label !== undefined && !predicted.has(label.id)) {
    return {
      reason: `the label "${label.id}" is predicted by nothing, so there is no error to differentiate`,
      help: "turn the circuit around: a label that is predicted.",
    };
  }
  if (!observed.some(({ id }) => predicted.has(id))) {
    return { reason: "nothing that is observed is predicted, so there is no loss", help: "predict what is observed." };
  }
  if (graph.settle.integrator.kind === "adaptive") {
    return {
      reason: "its steps choose their size by comparing, which has no derivative",
      help: "give `settle` a step of fixed size: euler, heun, rk4, momentum.",
    };
  }
  if (graph.settle.auto !== undefined || graph.learn.stable !== undefined) {
    return {
      reason: "its rate or its weights follow λmax, which is no part of the loss",
      help: "give `rate` a number, and leave out `stable`.",
    };
  }
  if (precision !== undefined) {
    return {
      reason: `the precision of "${precision.owner}" learns, and without its normaliser the loss falls with it for nothing`,
      help: "leave out `learn` of the precision.",
    };
  }
  if (follower !== undefined) {
    return {
      reason: `the error synapses of "${follower.owner}" follow what its weights learn, not their own gradient`,
      help: "let errors go back by the weights themselves (tied), or fix the error synapses.",
    };
  }
  return undefined;
}
