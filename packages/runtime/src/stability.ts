/**
 * How near settling is to diverging: λmax of the settle's linearised motion, by power iteration in the engine.
 *
 * An Euler step multiplies a small deviation by 1 − β·J; the largest eigenvalue of J, λmax, bounds β below 2/λmax. Other
 * integrators have another range than 2: momentum m has 2(1 + m). Each
 * sample has its own λmax, as slopes of activations depend on its states; the largest of the samples counts.
 */
import { settleError } from "@settle/diagnostics";
import { type BufferId, type Program, type Stability, sizeOf } from "@settle/program";
import type { Executable, NumberArray } from "./engine.ts";
import { sampleNormals } from "./noise.ts";

export interface StabilityEstimate {
  /** λmax, the largest of the samples. From below: power iteration tends to it. */
  readonly lambdaMax: number;
  /** β·λmax: a linear settle diverges above `range`. */
  readonly growth: number;
  /** β; of the fastest states, if they differ. */
  readonly rate: number;
  /** What β·λmax must stay below, by the integrator: 2 for Euler steps; infinite where steps adapt themselves. */
  readonly range: number;
  /** range/β: a linear settle diverges where λmax is above. */
  readonly limit: number;
  /** Turns of power iteration made for it. */
  readonly turns: number;
}

export interface StabilityOptions {
  /** Most turns of power iteration, each about as much work as a step. Default 60; it stops once a round of turns changes the estimate by less than 1 %. */
  readonly turns?: number;
}

/** A batch that an executable still holds the settled states of. */
export interface SettledBatch {
  readonly executable: Executable;
  /** Samples of the latest engine run. */
  readonly count: number;
  /** Growth by the directions the engine holds of these very samples, if it has been estimated. */
  growth?: number;
}

/** The sample of a run that is nearest to diverging. */
export interface FastestSample {
  readonly growth: number;
  /** Its place in the run. */
  readonly sample: number;
}

/** Turns made while learning, beside the settle of an update: within about 3 % of what many more would give. */
export const learningTurns = 14;
/** Without directions from before, the first turns only find them. */
const firstTurns = 10;
const moreTurns = 5;
const smallChange = 0.01;

/** Which random directions to begin with: the same for every sample, others at every update. */
export interface DirectionKey {
  readonly seed: number;
  readonly update: number;
}

/** Estimates at the states of a settled batch, from the directions of its last estimate if there are any. */
export async function estimateStability(
  settled: SettledBatch,
  key: DirectionKey,
  options: StabilityOptions,
): Promise<StabilityEstimate> {
  const { executable, count } = settled;
  const most = options.turns ?? 60;
  if (!Number.isInteger(most) || most < 1) {
    throw settleError("session/bad-option", `Stability cannot be estimated in ${most} turns.`, {
      help: "give a whole number of turns, 1 or more",
    });
  }
  let { growth } = settled;
  let inputs = growth === undefined ? randomDirections(executable.program, key, count) : undefined;
  let turns = 0;
  while (turns < most) {
    const times = Math.min(inputs === undefined ? moreTurns : firstTurns, most - turns);
    const results = await executable.run({
      batch: count,
      schedule: [{ phase: "stability", times }],
      outputs: growthOutputs(executable.program),
      ...(inputs && { inputs }),
    });
    inputs = undefined;
    turns += times;
    const before = growth;
    growth = fastestSample(executable.program, results)?.growth;
    if (growth === undefined) throw notFinite();
    if (before !== undefined && Math.abs(growth - before) <= smallChange * growth) break;
  }
  settled.growth = growth!;
  return stabilityFrom(executable.program, growth!, await rateOf(executable), turns);
}

/** Standard normal numbers for each direction, alike for all samples. */
export function randomDirections(
  program: Program,
  { seed, update }: DirectionKey,
  count: number,
): ReadonlyMap<BufferId, Float32Array> {
  const sizes = new Map(program.buffers.map(({ id, type }) => [id, sizeOf(type.shape)]));
  return new Map(
    stabilityOf(program).directions.map(({ state, buffer }) => {
      const size = sizes.get(buffer)!;
      const one = sampleNormals({ seed, stream: `stability/${state}`, samples: [update] }, size);
      const all = new Float32Array(count * size);
      for (let sample = 0; sample < count; sample++) all.set(one, sample * size);
      return [buffer, all];
    }),
  );
}

export function stabilityFrom(program: Program, growth: number, rate: number, turns: number): StabilityEstimate {
  const range = stabilityOf(program).range ?? Infinity;
  return { lambdaMax: growth / rate, growth, rate, range, limit: range / rate, turns };
}

/** β, read from the engine where learning finds it. */
export async function rateOf(executable: Executable): Promise<number> {
  const { auto, rate } = stabilityOf(executable.program);
  return auto === undefined ? rate : (await executable.read(auto.buffer))[0]!;
}

/** The sample with the largest growth, diverged ones left aside; nothing if all diverged. */
export function fastestSample(
  program: Program,
  results: ReadonlyMap<BufferId, NumberArray>,
): FastestSample | undefined {
  const growths = results.get(stabilityOf(program).growth)!;
  let fastest = -1;
  growths.forEach((value: number, sample: number) => {
    if (Number.isFinite(value) && (fastest < 0 || value > growths[fastest]!)) fastest = sample;
  });
  return fastest < 0 ? undefined : { growth: growths[fastest]!, sample: fastest };
}

/** What to read back for `fastestSample`. */
export const growthOutputs = (program: Program): readonly BufferId[] => [stabilityOf(program).growth];

/** Whether anything moves, so that there is a stability to measure. */
export const hasStability = ({ stability }: Program): boolean =>
  stability !== undefined && stability.directions.length > 0;

function stabilityOf({ stability, circuit }: Program): Stability {
  if (stability !== undefined) return stability;
  throw new Error(`the Program of ${circuit.name} has no stability phase`);
}

/** Three digits are more than an estimate has. */
export const printFigure = (value: number): string => String(Number(value.toPrecision(3)));

const notFinite = () =>
  settleError("run/diverged", "Every sample diverged, so there are no states at which to estimate stability.", {
    help: "lower `settle.rate`, or take an earlier checkpoint",
  });
