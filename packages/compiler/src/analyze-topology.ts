/**
 * The shape of a circuit as a graph: what keeps it from being a hierarchy, its cycles and where projection is cut, how
 * far each state is from the data, how many synapses and numbers meet at each node.
 */
import { hasTensor, multiplyAdds, type Relation, sizeOf, weightShape } from "@settle/program";
import type { CircuitGraph, GraphSynapse } from "./resolve/circuit-graph.ts";

export interface TopologyAnalysis {
  /** Synapses that keep the circuit from being a hierarchy: those of a cycle, those that skip a level, laterals. */
  readonly breaking: readonly string[];
  /** States that predict each other, the synapses that close the cycle, and how those states start instead. */
  readonly cycles: readonly {
    readonly states: readonly string[];
    readonly synapses: readonly string[];
    /** Its states start from their own law; the rest of the circuit projects. */
    readonly start: string;
  }[];
  /** Order of starting, and the states that do not start from their prediction, with the reason. */
  readonly projection: {
    readonly order: readonly string[];
    readonly ownLaw: readonly { readonly state: string; readonly why: string }[];
  };
  /** Number of generative synapses from a state down to an observed one; `longest` is absent where a cycle lies on the way. */
  readonly paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly shortest: number;
    readonly longest?: number;
  }[];
  /** From state to state; they change neither levels nor paths. */
  readonly laterals: readonly { readonly id: string; readonly from: string; readonly to: string }[];
  readonly nodes: readonly NodeFan[];
}

/** What meets at a node. */
export interface NodeFan {
  readonly id: string;
  readonly kind: "state" | "error";
  /** Numbers it holds for one sample. */
  readonly units: number;
  readonly in: Fan;
  readonly out: Fan;
}

export interface Fan {
  readonly synapses: number;
  /** Weights of these synapses. */
  readonly weights: number;
  /** Pairs of units that they join, taps on the padding counted: a weight of a convolution joins many. */
  readonly connections: number;
}

export function analyzeTopology(graph: CircuitGraph): TopologyAnalysis {
  const synapses = [...graph.synapses.values()];
  const states = [...graph.states.values()];
  const laterals = [...graph.laterals.values()];
  return {
    breaking: [
      ...synapses
        .filter(
          ({ id, from, target }) =>
            graph.class.skips.includes(id) ||
            graph.class.cycles.some((cycle) => cycle.includes(from) && cycle.includes(target)),
        )
        .map(({ id }) => id),
      ...graph.laterals.keys(),
    ],
    laterals: laterals.map(({ id, from, to }) => ({ id, from, to })),
    cycles: graph.class.cycles.map((cycle) => ({
      states: cycle,
      synapses: synapses
        .filter(({ from, target }) => cycle.includes(from) && cycle.includes(target))
        .map(({ id }) => id),
      start: `${cycle.join(", ")} start${cycle.length === 1 ? "s" : ""} from ${cycle.length === 1 ? "its" : "their"} own law, not from a prediction`,
    })),
    projection: {
      order: graph.startOrder,
      ownLaw: states.flatMap(({ id, start }) => (start.kind === "law" ? [{ state: id, why: start.why }] : [])),
    },
    paths: states
      .filter(({ observed }) => observed !== undefined)
      .flatMap(({ id: to }) =>
        states.flatMap(({ id: from }) => {
          const shortest = shortestPath(from, to, synapses);
          if (from === to || shortest === undefined) return [];
          const longest = longestPath(from, to, graph, synapses);
          return [{ from, to, shortest, ...(longest === undefined ? {} : { longest }) }];
        }),
      ),
    nodes: [
      ...states.map(({ id, shape }): NodeFan => ({
        id,
        kind: "state",
        units: sizeOf(shape),
        // Corrections come in, predictions go out; laterals do both.
        in: fanThrough(
          graph,
          synapses.filter((synapse) => synapse.from === id && graph.errorSynapses.has(synapse.id)),
          laterals.filter(({ to }) => to === id),
        ),
        out: fanThrough(
          graph,
          synapses.filter(({ from }) => from === id),
          laterals.filter(({ from }) => from === id),
        ),
      })),
      ...[...graph.errors.values()].map(({ id, shape }): NodeFan => {
        const predictors = synapses.filter(({ to }) => to === id);
        return {
          id,
          kind: "error",
          units: sizeOf(shape),
          in: fanThrough(graph, predictors),
          out: fanThrough(
            graph,
            predictors.filter((synapse) => graph.errorSynapses.has(synapse.id)),
          ),
        };
      }),
    ],
  };
}

/** Connections between nodes: those of synapses by all of their stages, those of laterals by their own relation. */
function fanThrough(
  graph: CircuitGraph,
  synapses: readonly GraphSynapse[],
  laterals: readonly { readonly relation: Relation }[] = [],
): Fan {
  const stages = [...graph.stages.values()].filter(({ synapse }) => synapses.some(({ id }) => id === synapse));
  const relations = [...stages, ...laterals].map(({ relation }) => relation);
  return {
    synapses: synapses.length + laterals.length,
    weights: relations.reduce((sum, each) => sum + (hasTensor(each) ? sizeOf(weightShape(each)) : 0), 0),
    connections: relations.reduce((sum, each) => sum + multiplyAdds(each), 0),
  };
}

type Link = Pick<GraphSynapse, "from" | "target">;

function shortestPath(from: string, to: string, synapses: readonly Link[]): number | undefined {
  let reached = new Set([from]);
  for (let length = 0; ; length++) {
    if (reached.has(to)) return length;
    const next = new Set(reached);
    for (const synapse of synapses) if (reached.has(synapse.from)) next.add(synapse.target);
    if (next.size === reached.size) return undefined;
    reached = next;
  }
}

/** Absent where a state on the way is on a cycle: there is no longest then. */
function longestPath(from: string, to: string, graph: CircuitGraph, synapses: readonly Link[]): number | undefined {
  const onWay = new Set(
    [...graph.states.keys()].filter(
      (state) => shortestPath(from, state, synapses) !== undefined && shortestPath(state, to, synapses) !== undefined,
    ),
  );
  if (graph.class.cycles.some((cycle) => cycle.some((state) => onWay.has(state)))) return undefined;
  const lengths = new Map([[from, 0]]);
  // Sources come before their targets.
  for (const state of graph.startOrder) {
    const length = lengths.get(state);
    if (length === undefined) continue;
    for (const synapse of synapses) {
      if (synapse.from !== state || !onWay.has(synapse.target)) continue;
      lengths.set(synapse.target, Math.max(lengths.get(synapse.target) ?? 0, length + 1));
    }
  }
  return lengths.get(to);
}
