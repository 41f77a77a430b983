/** One pass over the training data, and the validation after it. */
import { type Diagnostic, SettleError } from "@settle/diagnostics";
import type { DataBatch } from "./data-batch.ts";
import { addDiscrepancy, type Discrepancy, meanDiscrepancy } from "./discrepancy.ts";
import { evaluate } from "./evaluate.ts";
import { readAhead } from "./read-ahead.ts";
import { divergenceDiagnostic } from "./sample-status.ts";
import type { LearnResult } from "./session.ts";
import { latestEstimate, tellStability } from "./tell-stability.ts";
import { emit, isDue, keep, rateNow, secondsSince, type TrainingRun, whereabouts } from "./training-run.ts";
import { batchesOf } from "./training-plan.ts";

type Learned = Extract<LearnResult, { kind: "learned" }>;

/** What is left of the epoch in progress. @returns a diagnostic if it diverged */
export async function trainEpoch(run: TrainingRun): Promise<Diagnostic | undefined> {
  const { options, plan, steps, epoch } = run;
  const began = performance.now();
  await emit(run, { kind: "epoch-start", epoch, epochs: options.epochs, steps });
  let stepBegan = performance.now();
  const batches = batchesOf(plan, epoch).slice(run.step);
  for await (const { indices, fields, waited } of readAhead(options.source, batches, options.signal)) {
    run.seconds.data += waited;
    const rate = rateNow(run);
    const learned = await learn(run, { count: indices.length, fields, indices, epoch });
    if (learned.stability !== undefined) await tellStability(run, learned.stability, learned);
    if (learned.kind === "diverged") {
      const diagnostic = divergenceDiagnostic(learned.diverged, whereabouts(run), latestEstimate(run));
      await emit(run, { kind: "diverged", epoch, step: run.step + 1, samples: learned.diverged, diagnostic });
      return diagnostic;
    }
    count(run, learned);
    const imagesPerSecond = learned.count / secondsSince(stepBegan);
    await report(run, learned, { imagesPerSecond, rate });
    // The end of an epoch keeps one of its own, after validation.
    if (run.step < steps && isDue(run)) await keep(run, "interval");
    stepBegan = performance.now();
  }
  await endEpoch(run, secondsSince(began));
  return undefined;
}

/** An unfit sample is named with the place in the training where it turned up. */
async function learn(run: TrainingRun, batch: DataBatch): Promise<LearnResult> {
  const { signal, stabilityEvery: every = 20 } = run.options;
  const stability = every > 0 && run.session.updates % every === 0;
  try {
    return await run.session.learn(batch, { rate: rateNow(run), stability, ...(signal && { signal }) });
  } catch (error) {
    if (!(error instanceof SettleError) || !error.diagnostic.code.startsWith("data/")) throw error;
    const { diagnostic } = error;
    const message = `${diagnostic.message} It turned up ${whereabouts(run)}.`;
    throw new SettleError({ ...diagnostic, message }, { cause: error });
  }
}

function count(run: TrainingRun, learned: Learned): void {
  run.seconds.settle += learned.seconds.settle;
  run.seconds.learn += learned.seconds.learn;
  run.step += 1;
  run.updates += 1;
  run.images += learned.count;
  run.sum = addDiscrepancy(run.sum, learned.sum);
}

async function report(
  run: TrainingRun,
  learned: Learned,
  { imagesPerSecond, rate }: { readonly imagesPerSecond: number; readonly rate: number },
): Promise<void> {
  const { options, session, plan, epoch, step, steps } = run;
  const { discrepancy, statuses } = learned;
  const counts = { kind: "step" as const, epoch, step, updates: session.updates, samples: learned.count };
  const { total, errors } = discrepancy;
  const lambdaMax = learned.stability && { lambdaMax: learned.stability.lambdaMax };
  // Of a rate that stays the same the plan tells.
  const changing = run.schedule === undefined ? {} : { rate };
  const line = { ...counts, discrepancy: total, errors, imagesPerSecond, ...changing, ...lambdaMax };
  await options.store?.appendMetrics(line);
  const left = (options.epochs - epoch + 1) * plan.samples - run.sum.samples;
  const eta = (left * secondsSince(run.began)) / run.images;
  const settled = statuses.filter(({ kind }) => kind === "settled").length;
  await emit(run, { ...counts, steps, discrepancy, settled, imagesPerSecond, eta });
}

async function endEpoch(run: TrainingRun, seconds: number): Promise<void> {
  const { options, epoch } = run;
  const discrepancy = meanDiscrepancy(run.sum);
  const { samples } = run.sum;
  await emit(run, { kind: "epoch-end", epoch, epochs: options.epochs, samples, discrepancy, seconds });
  const validated = await validate(run);
  // Both lines together, once nothing can interrupt any more: a resumed run writes neither twice.
  await append(run, { kind: "epoch", discrepancy, samples, seconds });
  if (validated !== undefined) await append(run, { kind: "validation", ...validated });
  run.discrepancy = discrepancy;
  run.validation = validated?.discrepancy;
}

interface Validated {
  readonly discrepancy: Discrepancy;
  readonly samples: number;
  readonly seconds: number;
}

async function validate(run: TrainingRun): Promise<Validated | undefined> {
  const { validation: source, validationLimit: limit, signal } = run.options;
  if (source === undefined) return undefined;
  const { discrepancy, samples, diverged, seconds } = await evaluate(run.session, {
    source,
    batch: run.plan.batch,
    ...(limit !== undefined && { limit: Math.min(limit, source.size) }),
    ...(signal && { signal }),
  });
  run.seconds.validation += seconds.total;
  const validated = { discrepancy, samples, seconds: seconds.total };
  await emit(run, { kind: "validation", epoch: run.epoch, diverged, ...validated });
  return validated;
}

async function append(run: TrainingRun, line: Validated & { readonly kind: "epoch" | "validation" }): Promise<void> {
  const { total, errors } = line.discrepancy;
  const { epoch, session } = run;
  await run.options.store?.appendMetrics({ ...line, epoch, updates: session.updates, discrepancy: total, errors });
}
