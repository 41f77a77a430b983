/**
 * Lateral synapses that are the gradient of something: weights that are symmetric, from a state to itself, push along
 * ½φᵀVφ; two between two states, each the transpose of the other, along φ_bᵀVφ_a.
 */
import type { Equations, GraphLateral } from "@settle/compiler";

/** −E of a lateral synapse, or of a pair. */
export interface LateralPotential {
  readonly laterals: readonly [string, string];
  /** Source and target of the first. */
  readonly from: string;
  readonly to: string;
}

/** Every lateral synapse that has one, by id; both of a pair have the same. */
export function lateralPotentials({ graph }: Equations): ReadonlyMap<string, LateralPotential> {
  const found = new Map<string, LateralPotential>();
  const all = [...graph.laterals.values()];
  for (const lateral of all) {
    if (found.has(lateral.id)) continue;
    const { id, from, to } = lateral;
    const twin = all.find((each) => isTwin(lateral, each) && !found.has(each.id));
    if (twin === undefined) continue;
    const potential = { laterals: [id, twin.id], from, to } as const;
    found.set(id, potential);
    found.set(twin.id, potential);
  }
  return found;
}

/** Within a state a lateral synapse is its own twin, if it is symmetric. */
function isTwin(one: GraphLateral, other: GraphLateral): boolean {
  if (one.from !== other.to || one.to !== other.from) return false;
  if ((one.from === one.to) !== (one.id === other.id)) return false;
  const [a, b] = [one.weights, other.weights];
  if (a.kind === "groups") {
    return b.kind === "groups" && a.size === b.size && a.excite === b.excite && a.inhibit === b.inhibit;
  }
  if (a.kind === "matrix") {
    return b.kind === "matrix" && a.values.every((row, i) => row.every((value, j) => value === b.values[j]?.[i]));
  }
  // Weights that begin alike everywhere, and follow a rule in which source and target are alike, stay so.
  if (b.kind === "groups" || b.kind === "matrix") return false;
  const alike = (weights: typeof a): string =>
    JSON.stringify([weights.kind, weights.initial, weights.learns && weights.follows, weights.constraint]);
  const centred = a.kind === "dense" || (a.kernel.every((taps) => taps % 2 === 1) && same(a, b));
  const still = !a.learns || (a.follows.kind === "anti-hebbian" && a.constraint.kind === "none");
  return alike(a) === alike(b) && a.initial.kind === "constant" && still && centred;
}

const same = (a: { readonly kernel: readonly number[] }, b: object): boolean =>
  "kernel" in b && String(a.kernel) === String(b.kernel);

/** What it adds to E. */
export function describePotential({ laterals, from, to }: LateralPotential): string {
  const [one, other] = laterals;
  return one === other ? `−½φ(${from})·${one}φ(${from})` : `−φ(${to})·${one}φ(${from})`;
}
