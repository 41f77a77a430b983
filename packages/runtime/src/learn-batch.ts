/** One update from a batch: settle and accumulate group by group, then apply once. */
import { settleError } from "@settle/diagnostics";
import { sizeOf } from "@settle/program";
import type { DataBatch } from "./data-batch.ts";
import { addDiscrepancy, type DiscrepancySum, meanDiscrepancy, noDiscrepancy, sumDiscrepancy } from "./discrepancy.ts";
import type { Executable } from "./engine.ts";
import { followRate, shrinkage, shrinkInputs } from "./keep-stable.ts";
import type { SampleStatus } from "./sample-status.ts";
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

/**
 * The sum over samples runs through the batch in its order, group after group; where the groups end changes it by
 * rounding only.
 */
export async function learnBatch(
  executable: Executable,
  batch: DataBatch,
  options: Omit<LearnOptions, "modes" | "stability"> & GroupOptions & UpdateOptions,
): Promise<LearnResult> {
  const { program } = executable;
  const rate = options.rate ?? program.learn.rate;
  if (!Number.isFinite(rate) || rate < 0) {
    throw settleError("session/bad-option", `The learning rate is ${rate}.`, { help: "give a rate of 0 or more" });
  }
  const { update, estimate } = options;
  const steps = stepsOf(program, options.steps);
  const began = performance.now();
  const statuses: SampleStatus[] = [];
  let sum: DiscrepancySum = noDiscrepancy;
  let fastest: FastestSample | undefined;
  let stability: StabilityEstimate | undefined;
  try {
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
      const groupStatuses = await located(executable, request, settled.statuses);
      const own = estimate ? fastestSample(program, settled.outputs) : undefined;
      if (own !== undefined && own.growth > (fastest?.growth ?? -1)) fastest = own;
      const diverged = divergedOf(group, groupStatuses);
      if (diverged.length > 0) {
        await clearAccumulators(executable);
        if (fastest !== undefined)
          stability = stabilityFrom(program, fastest.growth, await rateOf(executable), learningTurns);
        return { kind: "diverged", count: batch.count, diverged, ...(stability && { stability }) };
      }
      statuses.push(...groupStatuses);
      sum = addDiscrepancy(sum, sumDiscrepancy(settled.discrepancies, group.count));
    }
  } catch (error) {
    // A lost engine cannot be cleared either; the first error is the one to tell.
    await clearAccumulators(executable).catch(() => undefined);
    throw error;
  }
  if (fastest !== undefined)
    stability = stabilityFrom(program, fastest.growth, await rateOf(executable), learningTurns);
  const shrunk = shrinkage(program, update, stability, fastest?.shares);
  const settledAt = performance.now();
  await executable.run({
    batch: 1,
    schedule: [{ phase: "apply" }],
    inputs: new Map([
      [program.learn.rateInput, Float64Array.of(rate)],
      [program.learn.countInput, Float64Array.of(batch.count)],
      ...shrinkInputs(program, shrunk),
    ]),
  });
  await followRate(executable, update, stability);
  return {
    kind: "learned",
    count: batch.count,
    discrepancy: meanDiscrepancy(sum),
    sum,
    statuses,
    ...(stability && { stability }),
    ...(shrunk && { shrunk }),
    seconds: { settle: (settledAt - began) / 1000, learn: (performance.now() - settledAt) / 1000 },
  };
}

/** Sums of an abandoned batch must not leak into the next update. */
async function clearAccumulators(executable: Executable): Promise<void> {
  for (const { id, role, type } of executable.program.buffers) {
    if (role === "accumulator") await executable.write(id, new Float32Array(sizeOf(type.shape)));
  }
}
