/** One update from a batch: settle and accumulate group by group, then apply once. */
import { settleError } from "@settle/diagnostics";
import { sizeOf } from "@settle/program";
import { applyUpdate } from "./apply-update.ts";
import type { DataBatch } from "./data-batch.ts";
import {
  addDiscrepancy,
  type DiscrepancySum,
  meanDiscrepancy,
  noDiscrepancy,
  sumDiscrepancy,
  totalDiscrepancies,
} from "./discrepancy.ts";
import type { Executable } from "./engine.ts";
import {
  differentiateGrowth,
  followRate,
  isBounded,
  restrain,
  shrinkAll,
  strays,
  wantsRestraint,
} from "./keep-stable.ts";
import type { DivergedSample, SampleStatus } from "./sample-status.ts";
import type { LearnOptions, LearnResult } from "./session.ts";
import { divergedOf, type GroupOptions, groupsOf, located, stepsOf } from "./settle-batch.ts";
import {
  type FastestSample,
  fastestSample,
  learningTurns,
  rateOf,
  type StabilityEstimate,
  stabilityFrom,
} from "./stability.ts";
import { type SettleRequest, settleSamples } from "./settle-samples.ts";

export interface UpdateOptions {
  /** Updates made before this one. */
  readonly update: number;
  /** Whether to estimate λmax, at the settled states and with the weights they settled with. */
  readonly estimate: boolean;
}

type BatchOptions = Omit<LearnOptions, "modes" | "stability"> & GroupOptions & UpdateOptions;

/** A batch settled, its samples' sums in the accumulators unless some diverged. */
interface SettledSums {
  readonly sum: DiscrepancySum;
  readonly statuses: readonly SampleStatus[];
  readonly diverged: readonly DivergedSample[];
  /** Whether samples went astray: see `strays`. */
  readonly stray: boolean;
  readonly fastest?: FastestSample;
  readonly stability?: StabilityEstimate;
}

/** Times that a batch which strays is settled again, with weights held back, before it is taken as it is. */
const mostRepeats = 8;

/**
 * The sum over samples runs through the batch in its order, group after group; where the groups end changes it by
 * rounding only.
 *
 * Where the circuit bounds λmax, the weights are held back at once if samples stray because of it, and the batch is
 * settled again: what strayed teaches nothing.
 */
export async function learnBatch(
  executable: Executable,
  batch: DataBatch,
  options: BatchOptions,
): Promise<LearnResult> {
  const { program } = executable;
  const rate = options.rate ?? program.learn.rate;
  if (!Number.isFinite(rate) || rate < 0) {
    throw settleError("session/bad-option", `The learning rate is ${rate}.`, { help: "give a rate of 0 or more" });
  }
  const { update } = options;
  const began = performance.now();
  let settled: SettledSums;
  let restrained = 0;
  try {
    settled = await settleSums(executable, batch, options);
    for (let repeats = 0; isBounded(program) && (settled.stray || repeats > 0) && repeats < mostRepeats; repeats++) {
      const moved = await rescue(executable, settled);
      if (moved === undefined && settled.stability !== undefined) break;
      restrained += moved ?? 0;
      await clearAccumulators(executable);
      settled = await settleSums(executable, batch, { ...options, estimate: true });
    }
  } catch (error) {
    // A lost engine cannot be cleared either; the first error is the one to tell.
    await clearAccumulators(executable).catch(() => undefined);
    throw error;
  }
  const { statuses, sum, diverged, stability } = settled;
  if (diverged.length > 0) {
    await clearAccumulators(executable);
    return {
      kind: "diverged",
      count: batch.count,
      diverged,
      ...(stability && { stability }),
      ...(restrained > 0 && { restrained }),
    };
  }
  const settledAt = performance.now();
  if (wantsRestraint(program, update)) restrained += (await restrain(executable, settled.fastest)) ?? 0;
  await applyUpdate(executable, { rate, count: batch.count });
  await followRate(executable, update, stability);
  return {
    kind: "learned",
    count: batch.count,
    discrepancy: meanDiscrepancy(sum),
    sum,
    statuses,
    ...(stability && { stability }),
    ...(restrained > 0 && { restrained }),
    seconds: { settle: (settledAt - began) / 1000, learn: (performance.now() - settledAt) / 1000 },
  };
}

function rescue(executable: Executable, { diverged, stability, fastest }: SettledSums): Promise<number | undefined> {
  return diverged.length > 0 ? shrinkAll(executable, stability) : restrain(executable, fastest);
}

async function settleSums(executable: Executable, batch: DataBatch, options: BatchOptions): Promise<SettledSums> {
  const { program } = executable;
  const { update, estimate } = options;
  const steps = stepsOf(program, options.steps);
  const statuses: SampleStatus[] = [];
  const totals: number[] = [];
  let sum: DiscrepancySum = noDiscrepancy;
  let fastest: FastestSample | undefined;
  let diverged: readonly DivergedSample[] = [];
  for (const group of groupsOf(batch, options.microBatch)) {
    const request: SettleRequest = {
      batch: group,
      seed: options.seed,
      steps,
      accumulate: true,
      outputs: [],
      ...(estimate && { stability: { turns: learningTurns, update } }),
      ...(options.signal && { signal: options.signal }),
    };
    const settled = await settleSamples(executable, request);
    const own = estimate ? fastestSample(program, settled.outputs) : undefined;
    if (own !== undefined && own.growth > (fastest?.growth ?? -1)) {
      fastest = own;
      // Now, while the executable holds the group.
      await differentiateGrowth(executable, own, group.count);
    }
    const groupStatuses = await located(executable, request, settled.statuses);
    statuses.push(...groupStatuses);
    diverged = divergedOf(group, groupStatuses);
    if (diverged.length > 0) break;
    sum = addDiscrepancy(sum, sumDiscrepancy(settled.discrepancies, group.count));
    totals.push(...totalDiscrepancies(settled.discrepancies, group.count));
  }
  const stray = diverged.length > 0 || strays(totals);
  if (fastest === undefined) return { sum, statuses, diverged, stray };
  const stability = stabilityFrom(program, fastest.growth, await rateOf(executable), learningTurns);
  return { sum, statuses, diverged, stray, fastest, stability };
}

/** Sums of an abandoned batch must not leak into the next update. */
async function clearAccumulators(executable: Executable): Promise<void> {
  for (const { id, role, type } of executable.program.buffers) {
    if (role === "accumulator") await executable.write(id, new Float32Array(sizeOf(type.shape)));
  }
}
