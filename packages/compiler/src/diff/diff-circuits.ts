/** Two compiled circuits → what differs between them. */
import { hasTensor, type Shape, sizeOf, weightShape } from "@settle/program";
import type { CircuitAnalysis } from "../analyze.ts";
import type { NormalErrorSynapse } from "../normalize/normal-circuit.ts";
import type { CircuitGraph, GraphLateral, GraphState, GraphSynapse } from "../resolve/circuit-graph.ts";
import type { CircuitDiff, FieldChange, PartChange } from "./circuit-diff.ts";
import { compareFields } from "./compare-fields.ts";
import { matchParts } from "./match-parts.ts";

interface Side {
  readonly graph: CircuitGraph;
  readonly analysis: CircuitAnalysis;
}

/**
 * Compares what the circuits are after all defaults are filled in and all shapes found, so that two ways of writing the
 * same thing do not differ. Parts are paired by id, and where ids differ by structure (`matchParts`).
 */
export function diffCircuits(before: Side, after: Side): CircuitDiff {
  const match = matchParts(before.graph, after.graph);
  return {
    before: { name: before.graph.name, hash: before.graph.hash },
    after: { name: after.graph.name, hash: after.graph.hash },
    same: before.graph.hash === after.graph.hash,
    states: changes(before.graph.states, after.graph.states, match.states, match.states, {
      what: describeState,
      fieldsOf: ({
        shapeOrigin: _origin,
        corrections: _corrections,
        laterals: _laterals,
        error: _error,
        start,
        ...state
      }) => ({
        ...state,
        start: start.kind === "project" ? "at its prediction" : "at its own law",
      }),
    }),
    errors: changes(before.graph.errors, after.graph.errors, match.errors, match.states, {
      what: (error) => `of ${error.target}, predicted by ${error.predictors.join(", ")}`,
      // What predicts it is said of the synapses, its shape of its state.
      fieldsOf: ({ predictors: _predictors, shape: _shape, biasShape: _bias, ...error }, rename) => ({
        ...error,
        target: rename(error.target),
      }),
    }),
    synapses: changes(before.graph.synapses, after.graph.synapses, match.synapses, match.states, {
      what: (synapse) => describeSynapse(synapse, [before, after]),
      fieldsOf: ({ path: _path, skip: _skip, to: _to, target, ...synapse }, rename) => ({
        ...synapse,
        from: rename(synapse.from),
        predicts: rename(target),
      }),
    }),
    errorSynapses: changes(before.graph.errorSynapses, after.graph.errorSynapses, match.synapses, match.states, {
      what: ({ from, to, weights }: NormalErrorSynapse) => `${from} → ${to}, ${weights.kind}`,
      // Its ends are those of its twin.
      fieldsOf: ({ weights }) => ({ weights }),
    }),
    laterals: changes(before.graph.laterals, after.graph.laterals, match.laterals, match.states, {
      what: ({ from, to, weights }: GraphLateral) => `${from} → ${to}, ${weights.kind}`,
      fieldsOf: ({ from, to, weights }, rename) => ({ from: rename(from), to: rename(to), weights }),
    }),
    settings: [
      ...prefixed("settle", compareFields(before.graph.settle, after.graph.settle)),
      ...prefixed("learn", compareFields(before.graph.learn, after.graph.learn)),
    ],
    figures: compareFields(figuresOf(before.analysis), figuresOf(after.analysis)),
    analysis: { before: before.analysis, after: after.analysis },
  };
}

interface Comparison<T> {
  readonly what: (part: T) => string;
  /** What is compared; states are called by `rename`, as the second circuit calls them. */
  readonly fieldsOf: (part: T, rename: (state: string) => string) => object;
}

function changes<T extends object>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  match: ReadonlyMap<string, string>,
  states: ReadonlyMap<string, string>,
  { what, fieldsOf }: Comparison<T>,
): readonly PartChange[] {
  const found: PartChange[] = [];
  const origin = new Map([...match].map(([old, id]) => [id, old]));
  for (const [id, part] of after) {
    const was = origin.get(id);
    const old = was === undefined ? undefined : before.get(was);
    if (was === undefined || old === undefined) found.push({ change: "added", id, what: what(part) });
    else {
      const fields = compareFields(
        fieldsOf(old, (state) => states.get(state) ?? state),
        fieldsOf(part, (state) => state),
        ["id"],
      );
      if (fields.length === 0 && was === id) continue;
      found.push({ change: "changed", id, ...(was === id ? {} : { was }), fields });
    }
  }
  for (const [id, part] of before) {
    if (!after.has(match.get(id) ?? "")) found.push({ change: "removed", id, what: what(part) });
  }
  return found;
}

const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

const describeState = ({ shape, observed }: GraphState): string =>
  `${shown(shape)}${observed === undefined ? "" : `, fed by ${observed.data}`}`;

function describeSynapse(synapse: GraphSynapse, sides: readonly { readonly graph: CircuitGraph }[]): string {
  const { id, from, target, kind, learning } = synapse;
  const graph = sides.find((side) => side.graph.synapses.get(id) === synapse)?.graph;
  const stages = [...(graph?.stages.values() ?? [])].filter((stage) => stage.synapse === id);
  const weights = stages.reduce(
    (sum, { relation }) => sum + (hasTensor(relation) ? sizeOf(weightShape(relation)) : 0),
    0,
  );
  const count = `${weights.toLocaleString("en")} ${learning.learns ? "weights" : "fixed weights"}`;
  return `${from} → ${target}, ${kind}${weights === 0 ? "" : `, ${count}`}`;
}

function figuresOf(analysis: CircuitAnalysis): object {
  const { hierarchical, cyclic, lateral, skips } = analysis.class;
  const { flopsPerStep, flopsPerSettle, memory, parameters } = analysis;
  const counts = { ...parameters, flopsPerStep, flopsPerSettle, bytesPerSample: memory.perSample };
  return {
    class: hierarchical ? "hierarchical" : "not hierarchical",
    cyclic,
    lateral,
    skips: skips.join(", ") || "none",
    ...Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [
        name in parameters ? `parameters.${name}` : name,
        count.toLocaleString("en"),
      ]),
    ),
  };
}

const prefixed = (prefix: string, fields: readonly FieldChange[]): readonly FieldChange[] =>
  fields.map((change) => ({ ...change, field: `${prefix}.${change.field}` }));
