/** How much the energy around an error node differs between two nearby points, from what is read out there. */
import type { Equations } from "@settle/compiler";
import type { Energy } from "./energies.ts";

/** Reads a term, `target/e0`, at one point: one sample's numbers. */
export type Reader = (name: string) => Float64Array;

/** The two points, and the one between them. */
export interface Around {
  readonly below: Reader;
  readonly at: Reader;
  readonly above: Reader;
}

/** Which side of the comparison the rule in question follows. */
export type Side = "prediction" | "target" | "both";

/**
 * E(above) − E(below). The discrepancy itself is read from the program. Of a matching loss the part that belongs to the
 * prediction is ∫ P(g(a) − t)·da on the straight way, by Simpson's rule, t held; of the target ½(t − μ)·P(t − μ), μ held.
 */
export function energyChange(energy: Energy, side: Side, { below, at, above }: Around): number {
  const { error } = energy.verdict;
  if (energy.isDiscrepancy) {
    return above(`discrepancy/${error}`)[0]! - below(`discrepancy/${error}`)[0]!;
  }
  const thrice = (name: string) => [below(name), at(name), above(name)] as const;
  let change = 0;
  const [a0, a1] = [below(`before/${error}`), above(`before/${error}`)];
  const [m0, m, m1] = thrice(`prediction/${error}`);
  const [t0, t, t1] = thrice(`target/${error}`);
  if (side !== "target") {
    const force = energy.weigh(t.map((value, k) => (m0[k]! + 4 * m[k]! + m1[k]!) / 6 - value));
    change += force.reduce((total, value, k) => total + value * (a1[k]! - a0[k]!), 0);
  }
  if (side !== "prediction") {
    const force = energy.weigh(t1.map((value, k) => (value + t0[k]!) / 2 - m[k]!));
    change += force.reduce((total, value, k) => total + value * (t1[k]! - t0[k]!), 0);
  }
  return change;
}

/** What of a state is on which side of an error node. */
export function sideOf({ graph }: Equations, state: string, error: string): Side | undefined {
  const node = graph.errors.get(error)!;
  const predicts = [...graph.synapses.values()].some(({ from, to }) => from === state && to === error);
  if (node.target === state) return predicts ? "both" : "target";
  return predicts ? "prediction" : undefined;
}
