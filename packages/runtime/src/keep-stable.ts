/** What a circuit asks to be done with an estimate of λmax: shrink the weights, or choose β. */
import type { BufferId, Program } from "@settle/program";
import type { Executable, NumberArray } from "./engine.ts";
import type { StabilityEstimate } from "./stability.ts";

/** Whether the circuit itself wants an estimate at this update (counted from 0). */
export function wantsEstimate({ learn, stability }: Program, update: number): boolean {
  return isDue(learn.stable, update) || isDue(stability?.auto, update);
}

const isDue = (every: { readonly every: number } | undefined, update: number): boolean =>
  every !== undefined && update % every.every === 0;

/**
 * What the weights from each state are multiplied by: (bound/λmax)^(½ · share), where λmax is above the bound.
 *
 * The share is that of the state in the fastest direction, relative to the largest: weights that have no part in what
 * grows fastest are left alone. λmax grows about with the square of the weights, hence the root.
 *
 * @returns by source state; nothing where the weights stay as they are
 */
export function shrinkage(
  { learn }: Program,
  update: number,
  estimate: StabilityEstimate | undefined,
  shares: ReadonlyMap<string, number> | undefined,
): Readonly<Record<string, number>> | undefined {
  const { stable } = learn;
  if (estimate === undefined || shares === undefined || stable === undefined || !isDue(stable, update))
    return undefined;
  const { lambdaMax } = estimate;
  if (lambdaMax <= stable.bound) return undefined;
  const largest = Math.max(...shares.values());
  const factor = (source: string): number => (stable.bound / lambdaMax) ** ((shares.get(source) ?? 0) / largest / 2);
  return Object.fromEntries(stable.shrinkInputs.map(({ source }) => [source, factor(source)]));
}

/** The inputs of `apply` that carry the shrinkage; none in a circuit without a bound. */
export function shrinkInputs(
  { learn }: Program,
  factors: Readonly<Record<string, number>> | undefined,
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
