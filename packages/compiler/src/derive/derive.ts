/**
 * CircuitGraph → Equations: the local rules of settling and learning.
 *
 * @source ConvNGC eqs. 1–3, Algs. 1–2
 */
import { activationOf, priorOf } from "@settle/spec";
import type { NormalActivation } from "../normalize/normal-circuit.ts";
import type { CircuitGraph, GraphError, GraphStage, GraphState } from "../resolve/circuit-graph.ts";
import { lateralDelta, lateralParameters } from "./derive-lateral.ts";
import { precisionDelta, precisionId, precisionParameters } from "./derive-precision.ts";
import { differentiate } from "./differentiate.ts";
import { derivePathway, type Pathway } from "./derive-pathway.ts";
import type { Equations, Parameter, ScalarFunction } from "./equations.ts";
import { rated, scale, sum, type Term } from "./term.ts";

export function derive(graph: CircuitGraph): Equations {
  const states = [...graph.states.values()];
  const errors = [...graph.errors.values()];
  const synapses = [...graph.synapses.values()];
  const activations = new Map<string, ScalarFunction>();
  const priors = new Map<string, ScalarFunction>();
  for (const state of states) {
    if (state.activation.kind !== "identity") activations.set(state.id, functionOf(state.activation));
    if (state.prior.kind !== "none" && state.prior.strength !== 0) {
      const { expression } = priorOf(state.prior);
      priors.set(state.id, { name: state.prior.kind, expression, derivative: differentiate(expression) });
    }
  }
  const outputs = new Map<string, ScalarFunction | "softmax">();
  for (const error of errors) {
    if (error.output.kind === "identity") continue;
    outputs.set(error.id, error.output.kind === "softmax" ? "softmax" : functionOf(error.output));
  }

  const activity = (state: string): Term => ({ kind: activations.has(state) ? "activity" : "state", state });
  const stageActivations = new Map<string, ScalarFunction>();
  const pathways = new Map<string, Pathway>();
  for (const synapse of synapses) {
    for (const { stage, activation } of synapse.path) {
      if (activation !== undefined) stageActivations.set(stage, functionOf(activation));
    }
    const corrects = graph.errorSynapses.has(synapse.id);
    const context = { stages: graph.stages, activity: activity(synapse.from), corrects };
    pathways.set(synapse.id, derivePathway(synapse, context));
  }
  const corrections = new Map(
    states.map((state) => [state.id, correctionOf(state, graph, pathways, activations, priors, activity)]),
  );
  const deltas = weightDeltas(graph, pathways);
  for (const error of errors) {
    if (error.bias?.learning.learns === true) {
      deltas.set(`bias:${error.id}`, { kind: "positions", of: { kind: "error", error: error.id } });
    }
    if (error.precision?.learn !== undefined) deltas.set(precisionId(error.id), precisionDelta(error));
  }
  for (const lateral of graph.laterals.values()) {
    const delta = lateralDelta(lateral, graph, activity);
    if (delta !== undefined) deltas.set(lateral.id, delta);
  }
  return {
    graph,
    activations,
    outputs,
    priors,
    stageActivations,
    hidden: new Map([...pathways.values()].flatMap(({ hidden }) => [...hidden])),
    credits: new Map([...pathways.values()].flatMap(({ credits }) => [...credits])),
    predictions: new Map(errors.map((error) => [error.id, predictionOf(error, graph, pathways, outputs)])),
    errors: new Map(errors.map((error) => [error.id, errorOf(error, activity)])),
    corrections,
    flows: new Map(states.map((state) => [state.id, flowOf(state, corrections.get(state.id)!)])),
    deltas,
    discrepancies: new Map(errors.map((error) => [error.id, discrepancyOf(error)])),
    parameters: [
      ...[...graph.stages.values()].flatMap(stageParameters),
      ...biasParameters(errors),
      ...lateralParameters(graph),
      ...precisionParameters(errors, graph.learn.rule),
    ],
  };
}

function functionOf(activation: NormalActivation): ScalarFunction {
  const { name, expression, derivative } = activationOf(activation);
  return { name, expression, derivative: derivative ?? differentiate(expression) };
}

/** μ = g(Σ coefficient · T(φ(z)) + b). */
function predictionOf(
  error: GraphError,
  graph: CircuitGraph,
  pathways: ReadonlyMap<string, Pathway>,
  outputs: ReadonlyMap<string, unknown>,
): Term {
  const terms = error.predictors.map((id) => {
    const synapse = graph.synapses.get(id)!;
    return scale(synapse.coefficient, pathways.get(id)!.prediction);
  });
  if (error.bias !== undefined) terms.push({ kind: "bias", error: error.id });
  return outputs.has(error.id) ? { kind: "output", error: error.id, of: sum(terms) } : sum(terms);
}

/** e = target − μ, then the precision. */
function errorOf(error: GraphError, activity: (state: string) => Term): Term {
  const target: Term = error.compares === "activity" ? activity(error.target) : { kind: "state", state: error.target };
  const difference = sum([target, scale(-1, { kind: "prediction", error: error.id })]);
  return error.precision === undefined ? difference : { kind: "precision", error: error.id, of: difference };
}

/** ½‖e‖²; of a weighed error ½(z − μ)Σ⁻¹(z − μ)ᵀ, which is ½‖e R‖². */
function discrepancyOf({ id, precision }: GraphError): Term {
  const error: Term = { kind: "error", error: id };
  const weighed = precision?.apply === "weigh";
  return { kind: "half-square", of: weighed ? { kind: "deviation", error: id, of: error } : error };
}

/** d = −own error + Σ feedback (⊙ φ′) + Σ lateral + prior. */
function correctionOf(
  state: GraphState,
  graph: CircuitGraph,
  pathways: ReadonlyMap<string, Pathway>,
  activations: ReadonlyMap<string, ScalarFunction>,
  priors: ReadonlyMap<string, ScalarFunction>,
  activity: (state: string) => Term,
): Term {
  const sloped = state.derivative && activations.has(state.id);
  const withSlope = (term: Term): Term =>
    sloped ? { kind: "times", a: term, b: { kind: "slope", state: state.id } } : term;
  const terms: Term[] = [];
  if (state.error !== undefined) {
    const own: Term = { kind: "error", error: state.error };
    const compares = graph.errors.get(state.error)?.compares;
    terms.push(scale(-1, compares === "activity" ? withSlope(own) : own));
  }
  const returned = (which: "feedback" | "skipFeedback"): readonly Term[] =>
    state.corrections.flatMap((twin) => {
      const term = pathways.get(twin)?.[which];
      return term === undefined ? [] : [scale(graph.synapses.get(twin)!.coefficient, term)];
    });
  const feedback = returned("feedback");
  if (feedback.length > 0) terms.push(withSlope(sum(feedback)));
  // A skip reads z itself.
  terms.push(...returned("skipFeedback"));
  for (const id of state.laterals)
    terms.push({ kind: "lateral", lateral: id, of: activity(graph.laterals.get(id)!.from) });
  if (priors.has(state.id)) terms.push({ kind: "prior", state: state.id });
  return sum(terms);
}

/** f(z) = βd − γz, or β(d − γz) where the leak is scaled. */
function flowOf(state: GraphState, correction: Term): Term {
  const { rate, leak } = state;
  const terms = correction.kind === "sum" && correction.terms.length === 0 ? [] : [rated(rate, correction)];
  const { scaled, rate: lost } = leak;
  const z: Term = { kind: "state", state: state.id };
  if (lost !== 0) terms.push(scale(-1, scaled ? rated(rate, scale(lost, z)) : scale(lost, z)));
  return sum(terms);
}

/** Δ of each tensor: what everyone who uses it adds. */
function weightDeltas(graph: CircuitGraph, pathways: ReadonlyMap<string, Pathway>): Map<string, Term> {
  const parts = new Map<string, Term[]>();
  for (const [id, { deltas }] of pathways) {
    const { coefficient } = graph.synapses.get(id)!;
    for (const [stage, delta] of deltas) {
      const owner = graph.stages.get(stage)?.weights ?? stage;
      parts.set(owner, [...(parts.get(owner) ?? []), scale(coefficient, delta)]);
    }
  }
  const inOrder = [...graph.stages.keys()].filter((stage) => parts.has(stage));
  return new Map(inOrder.map((stage) => [stage, sum(parts.get(stage)!)]));
}

function stageParameters(stage: GraphStage, _index: number, all: readonly GraphStage[]): readonly Parameter[] {
  const { id, weights, errorWeights } = stage;
  if (weights === undefined) return [];
  const { learning, constraint, mask } = all.find((each) => each.id === weights)!.tensor!;
  const common = { learning, constraint, ...(mask === undefined ? {} : { mask: `mask:${weights}` }) };
  const generative: Parameter = {
    id,
    kind: "generative",
    owner: id,
    follows: { parameter: id, by: 1 },
    ...common,
  };
  const own = weights === id ? [generative] : [];
  if (errorWeights.kind !== "separate") return own;
  const follows = { parameter: weights, by: errorWeights.lambda };
  return [...own, { ...common, id: `error:${id}`, kind: "error", owner: id, follows }];
}

function biasParameters(errors: readonly GraphError[]): readonly Parameter[] {
  return errors.flatMap(({ id, bias }): readonly Parameter[] =>
    bias === undefined
      ? []
      : [
          {
            id: `bias:${id}`,
            kind: "bias",
            owner: id,
            follows: { parameter: `bias:${id}`, by: 1 },
            learning: bias.learning,
            constraint: { kind: "none" },
          },
        ],
  );
}
