/**
 * What the rules of learned lateral synapses descend: energies of their own, beside E.
 *
 * residual: ½‖e − ΣV(φ)‖², what lateral synapses leave of the target's error. anti-hebbian: φ_target·V(φ_source) less
 * p² of the sum of V's weights: what is active together more than at rest weakens its weight.
 *
 * @source Rao1997
 * @source Foldiak1990
 */
import type { Equations, Probe, Term } from "@settle/compiler";
import { dot, probe } from "./probe-bench.ts";

type Read = (name: string) => Float64Array;

export interface LateralEnergy {
  readonly descends: string;
  readonly message: string;
  /** Over all samples that are read. */
  readonly energy: (read: Read) => number;
}

/** What `energyOfLateral` reads. */
export function lateralEnergyProbes(equations: Equations): Map<string, Probe> {
  const { graph, activations } = equations;
  const probes = new Map<string, Probe>();
  const activity = (state: string): Term => ({ kind: activations.has(state) ? "activity" : "state", state });
  const driven = (id: string, of: Term): Term => ({ kind: "lateral", lateral: id, of });
  for (const { id, from, to, weights } of graph.laterals.values()) {
    if (weights.kind !== "dense" && weights.kind !== "conv2d") continue;
    const { shape, error } = graph.states.get(to)!;
    if (weights.follows.kind === "residual") {
      if (error === undefined) continue;
      const foretold = [...graph.laterals.values()]
        .filter((each) => each.to === to)
        .map((each): Term => ({ kind: "scale", by: -1, of: driven(each.id, activity(each.from)) }));
      probes.set(`left/${id}`, probe({ kind: "sum", terms: [{ kind: "error", error }, ...foretold] }, shape));
    } else {
      probes.set(`target-of/${id}`, probe(activity(to), shape));
      probes.set(`driven/${id}`, probe(driven(id, activity(from)), shape));
      probes.set(`resting/${id}`, probe(driven(id, { kind: "ones", state: from }), shape));
    }
  }
  return probes;
}

export function energyOfLateral({ graph }: Equations, id: string): LateralEnergy {
  const { from, to, weights } = graph.laterals.get(id)!;
  if (weights.kind !== "dense" && weights.kind !== "conv2d") throw new Error(`verify fault: ${id} does not learn`);
  if (weights.follows.kind === "residual") {
    const descends = `½‖${graph.states.get(to)!.error} − ΣV(φ)‖²`;
    const message = `${id} learns to foretell the error of ${to}: it descends ${descends}, what lateral synapses leave of it, and not E`;
    return { descends, message, energy: (read) => dot(read(`left/${id}`), read(`left/${id}`)) / 2 };
  }
  const rest = weights.follows.target ** 2;
  const descends = rest === 0 ? `φ(${to})·${id}φ(${from})` : `φ(${to})·${id}φ(${from}) − p²Σ${id}`;
  const message = `${id} weakens what is active together: it descends ${descends}, and not E`;
  return {
    descends,
    message,
    energy: (read) =>
      dot(read(`target-of/${id}`), read(`driven/${id}`)) -
      rest * read(`resting/${id}`).reduce((total, value) => total + value, 0),
  };
}
