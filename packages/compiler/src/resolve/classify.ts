/**
 * Cycles, levels, skips, and whether the circuit is a hierarchy.
 *
 * @source ConvNGC Fig. 1 (what is not a hierarchy there is called non-hierarchical)
 */
import type { CircuitClass } from "./circuit-graph.ts";
import { strongComponents } from "./strong-components.ts";

/** A generative synapse as an edge between states. */
export interface Edge {
  readonly id: string;
  readonly from: string;
  readonly target: string;
}

export interface Topology {
  readonly class: CircuitClass;
  /** States, every source before its targets; the members of a cycle in order of id. */
  readonly startOrder: readonly string[];
  /** Cycle of each state that is on one. */
  readonly cycleOf: ReadonlyMap<string, readonly string[]>;
}

/** A lateral synapse as an edge between states. */
export interface LateralEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export function classify(
  states: readonly string[],
  edges: readonly Edge[],
  laterals: readonly LateralEdge[] = [],
): Topology {
  const next = (state: string): readonly string[] =>
    edges.filter((edge) => edge.from === state).map((edge) => edge.target);
  const components = strongComponents(states, next);
  const cycles = components.filter((members) => members.length > 1 || next(members[0]!).includes(members[0]!));
  const cycleOf = new Map(cycles.flatMap((cycle) => cycle.map((state) => [state, cycle] as const)));

  const levels = gradedLevels(states, edges) ?? longestPaths(components, cycleOf, next);
  const skips: string[] = [];
  const reasons = cycles.map((cycle) =>
    cycle.length === 1 ? `${cycle[0]} predicts itself` : `${cycle.join(", ")} predict each other in a cycle`,
  );
  for (const { id, from, target } of edges) {
    const span = (levels.get(from) ?? Number.NaN) - (levels.get(target) ?? Number.NaN);
    if (!(span > 1)) continue;
    skips.push(id);
    reasons.push(`${id} (${from} → ${target}) spans ${span} levels`);
  }
  for (const { id, from, to } of laterals) {
    reasons.push(from === to ? `${id} is lateral, within ${from}` : `${id} is lateral, from ${from} to ${to}`);
  }
  return {
    class: {
      hierarchical: reasons.length === 0,
      cyclic: cycles.length > 0,
      lateral: laterals.length > 0,
      skips,
      reasons,
      levels,
      cycles,
    },
    startOrder: components.toReversed().flat(),
    cycleOf,
  };
}

/**
 * Levels by which every edge descends exactly one, the lowest of each connected part at 0; undefined if there are none.
 * Branches of different depth may end at different levels.
 */
function gradedLevels(states: readonly string[], edges: readonly Edge[]): Map<string, number> | undefined {
  const levels = new Map<string, number>();
  for (const root of states) {
    if (levels.has(root)) continue;
    const part = [root];
    levels.set(root, 0);
    // The list grows while it is walked.
    for (const state of part) {
      const level = levels.get(state)!;
      for (const { from, target } of edges) {
        const [neighbour, at] = from === state ? [target, level - 1] : [from, level + 1];
        if (from !== state && target !== state) continue;
        if (!levels.has(neighbour)) {
          levels.set(neighbour, at);
          part.push(neighbour);
        } else if (levels.get(neighbour) !== at) return undefined;
      }
    }
    const lowest = Math.min(...part.map((state) => levels.get(state)!));
    for (const state of part) levels.set(state, levels.get(state)! - lowest);
  }
  return levels;
}

/** Longest path to the bottom; none for states on or above a cycle. */
function longestPaths(
  components: readonly (readonly string[])[],
  cycleOf: ReadonlyMap<string, readonly string[]>,
  next: (state: string) => readonly string[],
): Map<string, number> {
  const levels = new Map<string, number>();
  // Components come targets first: levels can be counted up as they come.
  for (const [state] of components) {
    if (state === undefined || cycleOf.has(state)) continue;
    const below = next(state).map((target) => levels.get(target));
    if (below.every((level) => level !== undefined)) levels.set(state, Math.max(-1, ...below) + 1);
  }
  return levels;
}
