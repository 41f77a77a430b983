/** What a circuit asks to be done with an estimate of λmax: shrink the weights, or choose β. */
import type { BufferId, Program } from "@settle/program";
import type { Executable, NumberArray } from "./engine.ts";
import type { StabilityEstimate } from "./stability.ts";

/** Whether the circuit itself wants an estimate at this update (counted from 0). */
export function wantsEstimate({ learn, stability }: Program, update: number): boolean {
  return boundIsDue(learn.stable, update) || boundIsDue(stability?.auto, update);
}

const boundIsDue = (every: { readonly every: number } | undefined, update: number): boolean =>
  every !== undefined && update % every.every === 0;

/**
 * What the weights are multiplied by: (bound/λmax)^¼ where λmax is above the bound, else 1.
 *
 * λmax grows with the square of the weights, so this takes half of the way back (in logarithms). An estimate rests on one
 * batch and is a few percent off; a pull that leaves the rest to the next estimate disturbs learning less.
 */
export function shrinkage({ learn }: Program, update: number, estimate: StabilityEstimate | undefined): number {
  if (estimate === undefined || learn.stable === undefined || !boundIsDue(learn.stable, update)) return 1;
  return Math.min(1, (learn.stable.bound / estimate.lambdaMax) ** 0.25);
}

/** The input of `apply` that carries the shrinkage; none in a circuit without a bound. */
export function shrinkInput({ learn }: Program, factor: number): readonly (readonly [BufferId, NumberArray])[] {
  return learn.stable === undefined ? [] : [[learn.stable.shrinkInput, Float64Array.of(factor)]];
}

/** Sets β where the circuit leaves it to λmax. */
export async function followRate(
  executable: Executable,
  update: number,
  estimate: StabilityEstimate | undefined,
): Promise<void> {
  const auto = executable.program.stability?.auto;
  if (estimate === undefined || auto === undefined || !boundIsDue(auto, update)) return;
  // Without any growth every β is stable; there is nothing to follow.
  if (estimate.lambdaMax > 0)
    await executable.write(auto.buffer, Float64Array.of((auto.margin * 2) / estimate.lambdaMax));
}
