/**
 * What lateral weights learn.
 *
 * residual: V(φ) is a second prediction of the error that the prediction from above leaves, and V learns what it misses
 * (the rule by which Rao and Ballard's recurrent weights foretell a state). anti-hebbian: units that are active together
 * come to inhibit each other, which decorrelates them; weights rest where their units' activities multiply to p².
 *
 * @source Rao1997
 * @source Foldiak1990
 */
import type { CircuitGraph, GraphLateral } from "../resolve/circuit-graph.ts";
import type { Parameter } from "./equations.ts";
import { scale, sum, type Term } from "./term.ts";

/** Δ of one sample; `undefined` for weights that do not learn. */
export function lateralDelta(
  { id, from, to, weights }: GraphLateral,
  graph: CircuitGraph,
  activity: (state: string) => Term,
): Term | undefined {
  if ((weights.kind !== "dense" && weights.kind !== "conv2d") || !weights.learns) return undefined;
  const correlate = (pre: Term, post: Term): Term => ({ kind: "correlate-lateral", lateral: id, pre, post });
  const { follows } = weights;
  switch (follows.kind) {
    case "residual": {
      const { error, laterals } = graph.states.get(to)!;
      const foretold = laterals.map((each): Term => {
        const source = graph.laterals.get(each)!.from;
        return scale(-1, { kind: "lateral", lateral: each, of: activity(source) });
      });
      return correlate(activity(from), sum([{ kind: "error", error: error! }, ...foretold]));
    }
    case "anti-hebbian": {
      const together = scale(-1, correlate(activity(from), activity(to)));
      if (follows.target === 0) return together;
      const rest = correlate({ kind: "ones", state: from }, { kind: "ones", state: to });
      return sum([scale(squareOf(follows.target), rest), together]);
    }
    default:
      return follows satisfies never;
  }
}

/** Without the last digits that squaring adds: 0.04 of 0.2. */
const squareOf = (value: number): number => Number((value * value).toPrecision(12));

export function lateralParameters({ laterals, learn }: CircuitGraph): readonly Parameter[] {
  return [...laterals.values()].flatMap(({ id, weights }): readonly Parameter[] => {
    if (weights.kind !== "dense" && weights.kind !== "conv2d") return [];
    const { learns, constraint } = weights;
    const learning = { learns, rule: learn.rule, rateFactor: 1, decay: 0 };
    return [{ id, kind: "lateral", owner: id, follows: { parameter: id, by: 1 }, learning, constraint }];
  });
}
