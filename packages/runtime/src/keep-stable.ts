/** What a circuit asks to be done with an estimate of λmax: shrink the weights, or choose β. */
import type { BufferId, Program } from "@settle/program";
import type { Executable, NumberArray } from "./engine.ts";
import type { FastestSample, StabilityEstimate } from "./stability.ts";

/** What weights are multiplied by, by the state that they lead from. */
export type Shrinkage = Readonly<Record<string, number>>;

/** Whether the circuit itself wants an estimate at this update (counted from 0). */
export function wantsEstimate({ learn, stability }: Program, update: number): boolean {
  return isDue(learn.stable, update) || isDue(stability?.auto, update);
}

/** Whether λmax is held to its bound at this update, whatever the samples do. */
export const wantsShrinkage = ({ learn }: Program, update: number): boolean => isDue(learn.stable, update);

export const isBounded = ({ learn }: Program): boolean => learn.stable !== undefined;

const isDue = (every: { readonly every: number } | undefined, update: number): boolean =>
  every !== undefined && update % every.every === 0;

/** Many times the batch's median: samples that settle are far from it (docs/design/stability.md). */
const farOff = 30;

/**
 * Whether one of a batch's settled samples is far off the others, as it is when its λmax is above what is stable and its
 * deviations have grown through all steps.
 * @param totals total discrepancy of each sample
 */
export function strays(totals: readonly number[]): boolean {
  const sorted = totals.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (sorted.at(-1) ?? 0) > farOff * median;
}

/**
 * What the weights from each state are multiplied by: (bound/λmax)^(½ · share), where λmax is above the bound.
 *
 * The share is that of the state in the fastest direction, relative to the largest: weights that have no part in what
 * grows fastest are left alone. λmax grows about with the square of the weights, hence the root.
 *
 * @returns nothing where the weights stay as they are
 */
export function shrinkage(
  { learn }: Program,
  estimate: StabilityEstimate | undefined,
  fastest: FastestSample | undefined,
): Shrinkage | undefined {
  const { stable } = learn;
  if (estimate === undefined || fastest === undefined || stable === undefined) return undefined;
  const { lambdaMax } = estimate;
  if (lambdaMax <= stable.bound) return undefined;
  const { shares } = fastest;
  const largest = Math.max(...shares.values());
  const factor = (source: string): number => (stable.bound / lambdaMax) ** ((shares.get(source) ?? 0) / largest / 2);
  return Object.fromEntries(stable.shrinkInputs.map(({ source }) => [source, factor(source)]));
}

/**
 * After a divergence, when λmax can be estimated at samples that did not diverge, if at all: all weights shrink, so that
 * λmax falls by at least a fifth and at most to a quarter.
 */
export function shrinkAll({ learn }: Program, estimate: StabilityEstimate | undefined): Shrinkage {
  const { bound, shrinkInputs: inputs } = learn.stable!;
  const wanted = estimate === undefined ? 0.8 : bound / estimate.lambdaMax;
  const factor = Math.sqrt(Math.min(Math.max(wanted, 0.25), 0.8));
  return Object.fromEntries(inputs.map(({ source }) => [source, factor]));
}

/** One after the other. */
export function shrunkBoth(first: Shrinkage | undefined, then: Shrinkage | undefined): Shrinkage | undefined {
  if (first === undefined || then === undefined) return then ?? first;
  return Object.fromEntries(Object.entries(first).map(([source, factor]) => [source, factor * (then[source] ?? 1)]));
}

/** The inputs of `apply` that carry the shrinkage; none in a circuit without a bound. */
export function shrinkInputs(
  { learn }: Program,
  factors: Shrinkage | undefined,
): readonly (readonly [BufferId, NumberArray])[] {
  const inputs = learn.stable?.shrinkInputs ?? [];
  return inputs.map(({ source, buffer }) => [buffer, Float64Array.of(factors?.[source] ?? 1)]);
}

/** Sets β where the circuit leaves it to λmax. */
export async function followRate(
  executable: Executable,
  update: number,
  estimate: StabilityEstimate | undefined,
): Promise<void> {
  const auto = executable.program.stability?.auto;
  if (estimate === undefined || auto === undefined || !isDue(auto, update)) return;
  // Without any growth every β is stable; there is nothing to follow.
  if (estimate.lambdaMax > 0)
    await executable.write(auto.buffer, Float64Array.of((auto.margin * estimate.range) / estimate.lambdaMax));
}
