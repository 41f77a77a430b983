/** What a circuit asks to be done with an estimate of λmax: hold the weights back, or choose β. */
import type { Program, StableBound } from "@settle/program";
import type { Executable, NumberArray } from "./engine.ts";
import { type FastestSample, rateOf, type StabilityEstimate } from "./stability.ts";

/** Whether the circuit itself wants an estimate at this update (counted from 0). */
export function wantsEstimate({ learn, stability }: Program, update: number): boolean {
  return isDue(learn.stable, update) || isDue(stability?.auto, update);
}

/** Whether λmax is held to its bound at this update, whatever the samples do. */
export const wantsRestraint = ({ learn }: Program, update: number): boolean => isDue(learn.stable, update);

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
 * Has the engine differentiate the growth of a sample by the weights, if it is beyond the bound.
 * @param sample of the `count` whose directions the executable holds
 */
export async function differentiateGrowth(
  executable: Executable,
  { growth, sample }: FastestSample,
  count: number,
): Promise<void> {
  const { stable } = executable.program.learn;
  if (stable === undefined || growth <= stable.bound * (await rateOf(executable))) return;
  const chosen = new Float32Array(count);
  chosen[sample] = 1;
  const inputs = new Map([[stable.chosen, chosen]]);
  await executable.run({ batch: count, schedule: [{ phase: "restrain" }], inputs });
}

/**
 * Moves the weights against the gradient g of the fastest sample's growth, by (growth − β·bound)/‖g‖² · g: the smallest
 * change that, to first order, brings its λmax back to the bound.
 *
 * @returns how far the weights moved, as a part of their length; nothing where they stay as they are
 */
export async function restrain(
  executable: Executable,
  fastest: FastestSample | undefined,
): Promise<number | undefined> {
  const { stable } = executable.program.learn;
  if (stable === undefined || fastest === undefined) return undefined;
  const excess = fastest.growth - stable.bound * (await rateOf(executable));
  if (excess <= 0) return undefined;
  const gradients = new Map<string, NumberArray>();
  for (const { buffer, gradient } of stable.weights) gradients.set(buffer, await executable.read(gradient));
  const square = [...gradients.values()].reduce((sum, each) => sum + squareOf(each), 0);
  if (!(square > 0) || !Number.isFinite(square)) return undefined;
  const by = excess / square;
  return changeWeights(executable, stable, (weights, buffer) => {
    const gradient = gradients.get(buffer)!;
    return weights.map((weight, k) => weight - by * gradient[k]!);
  });
}

/**
 * After a divergence, when λmax can be estimated at samples that did not diverge, if at all: all weights shrink, so that
 * what goes with their square falls by at least a fifth and at most to a quarter.
 * @returns as `restrain`
 */
export async function shrinkAll(executable: Executable, estimate: StabilityEstimate | undefined): Promise<number> {
  const stable = executable.program.learn.stable!;
  const wanted = estimate === undefined ? 0.8 : stable.bound / estimate.lambdaMax;
  const factor = Math.sqrt(Math.min(Math.max(wanted, 0.25), 0.8));
  return changeWeights(executable, stable, (weights) => weights.map((weight) => weight * factor));
}

async function changeWeights(
  executable: Executable,
  { weights }: StableBound,
  change: (weights: NumberArray, buffer: string) => NumberArray,
): Promise<number> {
  let moved = 0;
  let length = 0;
  for (const { buffer } of weights) {
    const before = await executable.read(buffer);
    const after = change(before, buffer);
    moved += squareOf(after.map((weight, k) => weight - before[k]!));
    length += squareOf(before);
    await executable.write(buffer, after);
  }
  return Math.sqrt(moved / length);
}

const squareOf = (values: NumberArray): number => {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
};

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
