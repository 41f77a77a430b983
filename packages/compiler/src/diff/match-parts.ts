/**
 * Which part of one circuit is which of another: by id first; what is left by structure, so that a renamed circuit does
 * not read as another one.
 *
 * 1. States left over get a colour from their shape and what feeds them, refined by the colours across their synapses
 *    (as Weisfeiler and Leman told graphs apart). A colour that occurs once in each circuit makes a pair: a circuit that
 *    was only renamed is then fully paired.
 * 2. Of the rest, the two states that have most in common make a pair, until none has anything: being fed the same, the
 *    same shape, synapses from and to states that are paired already.
 *
 * Error nodes follow their states, synapses without a namesake their ends.
 *
 * @source Weisfeiler1968
 */
import type { CircuitGraph, GraphLateral } from "../resolve/circuit-graph.ts";

/** From ids of the first circuit to ids of the second. */
export interface PartMatch {
  readonly states: ReadonlyMap<string, string>;
  readonly errors: ReadonlyMap<string, string>;
  readonly synapses: ReadonlyMap<string, string>;
  readonly laterals: ReadonlyMap<string, string>;
}

export function matchParts(a: CircuitGraph, b: CircuitGraph): PartMatch {
  const states = matchStates(a, b);
  const errors = new Map<string, string>();
  for (const [id, state] of a.states) {
    const other = b.states.get(states.get(id) ?? "")?.error;
    if (state.error !== undefined && other !== undefined) errors.set(state.error, other);
  }
  const lateralEnds = ({ from, to }: GraphLateral) => ({ from, target: to });
  return {
    states,
    errors,
    synapses: matchByEnds(a.synapses, b.synapses, states, (synapse) => synapse),
    laterals: matchByEnds(a.laterals, b.laterals, states, lateralEnds),
  };
}

function matchStates(a: CircuitGraph, b: CircuitGraph): ReadonlyMap<string, string> {
  const match = new Map<string, string>();
  const shorten = createShortener();
  for (const id of a.states.keys()) if (b.states.has(id)) match.set(id, id);
  while (addEqual(a, b, match, shorten)) {
    // Each new pair tells its neighbours apart.
  }
  while (addMostAlike(a, b, match)) {
    // Each new pair is something its neighbours may have in common.
  }
  return match;
}

/** @returns whether it found any */
function addEqual(a: CircuitGraph, b: CircuitGraph, match: Map<string, string>, shorten: Shorten): boolean {
  const matched = new Set(match.values());
  const colorsA = colorsOf(a, (id) => match.get(id), shorten);
  const colorsB = colorsOf(b, (id) => (matched.has(id) ? id : undefined), shorten);
  const free = (
    colors: ReadonlyMap<string, string>,
    isTaken: (id: string) => boolean,
  ): ReadonlyMap<string, string[]> => {
    const byColor = new Map<string, string[]>();
    for (const [id, color] of colors) if (!isTaken(id)) byColor.set(color, [...(byColor.get(color) ?? []), id]);
    return byColor;
  };
  const candidates = free(colorsB, (id) => matched.has(id));
  let found = false;
  for (const [color, [id, another]] of free(colorsA, (each) => match.has(each))) {
    const [other, otherToo] = candidates.get(color) ?? [];
    if (id === undefined || other === undefined || another !== undefined || otherToo !== undefined) continue;
    match.set(id, other);
    found = true;
  }
  return found;
}

const rounds = 8;

/** @param nameOf  the common name of a state that has its pair already */
function colorsOf(
  graph: CircuitGraph,
  nameOf: (id: string) => string | undefined,
  shorten: Shorten,
): ReadonlyMap<string, string> {
  const synapses = [...graph.synapses.values()];
  let colors = new Map<string, string>();
  for (const { id, shape, observed } of graph.states.values()) {
    const name = nameOf(id);
    const own = [shape.join("×"), observed?.data ?? ""];
    colors.set(id, JSON.stringify(name === undefined ? own : { name }));
  }
  for (let round = 0; round < Math.min(rounds, graph.states.size); round++) {
    const next = new Map<string, string>();
    for (const [id, color] of colors) {
      const across = synapses.flatMap(({ from, target, kind }) => [
        ...(from === id ? [`down ${kind} ${colors.get(target)}`] : []),
        ...(target === id ? [`up ${kind} ${colors.get(from)}`] : []),
      ]);
      next.set(id, nameOf(id) === undefined ? shorten([color, ...across.toSorted()]) : color);
    }
    colors = next;
  }
  return colors;
}

/** Colours would double in length each round: equal lists get equal short names. */
type Shorten = (parts: readonly string[]) => string;

function createShortener(): Shorten {
  const names = new Map<string, string>();
  return (parts) => {
    const key = JSON.stringify(parts);
    const name = names.get(key) ?? `#${names.size}`;
    names.set(key, name);
    return name;
  };
}

/** @returns whether two states had anything in common */
function addMostAlike(a: CircuitGraph, b: CircuitGraph, match: Map<string, string>): boolean {
  const taken = new Set(match.values());
  let best: { readonly id: string; readonly other: string; readonly score: number } | undefined;
  for (const id of a.states.keys()) {
    if (match.has(id)) continue;
    for (const other of b.states.keys()) {
      if (taken.has(other)) continue;
      const score = likeness(a, id, b, other, match);
      if (score > (best?.score ?? 0)) best = { id, other, score };
    }
  }
  if (best !== undefined) match.set(best.id, best.other);
  return best !== undefined;
}

function likeness(
  a: CircuitGraph,
  id: string,
  b: CircuitGraph,
  other: string,
  match: ReadonlyMap<string, string>,
): number {
  const [one, two] = [a.states.get(id)!, b.states.get(other)!];
  // What is observed is not what is inferred.
  if (one.observed?.data !== two.observed?.data) return 0;
  const links = [...b.synapses.values()];
  const shared = [...a.synapses.values()].filter((synapse) =>
    links.some(
      ({ from, target }) =>
        (synapse.from === id && from === other && target === match.get(synapse.target)) ||
        (synapse.target === id && target === other && from === match.get(synapse.from)),
    ),
  ).length;
  const fed = one.observed === undefined ? 0 : 3;
  if (shared === 0 && fed === 0) return 0;
  return 2 * shared + fed + (one.shape.join() === two.shape.join() ? 1 : 0);
}

interface Ends {
  readonly from: string;
  readonly target: string;
  readonly kind?: string;
}

function matchByEnds<T extends { readonly id: string }>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T>,
  states: ReadonlyMap<string, string>,
  endsOf: (part: T) => Ends,
): ReadonlyMap<string, string> {
  const match = new Map<string, string>();
  for (const id of a.keys()) if (b.has(id)) match.set(id, id);
  const taken = new Set(match.values());
  for (const sameKind of [true, false]) {
    for (const part of a.values()) {
      if (match.has(part.id)) continue;
      const { from, target, kind } = endsOf(part);
      const other = [...b.values()].find((each) => {
        const ends = endsOf(each);
        return (
          !taken.has(each.id) &&
          ends.from === states.get(from) &&
          ends.target === states.get(target) &&
          (!sameKind || ends.kind === kind)
        );
      });
      if (other === undefined) continue;
      match.set(part.id, other.id);
      taken.add(other.id);
    }
  }
  return match;
}
