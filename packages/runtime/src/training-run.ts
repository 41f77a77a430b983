/** What changes while a run trains: where it is, what it has spent, what it has kept. */
import { type LearningSchedule, scheduledFactor } from "@settle/program";
import { makeCheckpoint, resumesExactly } from "./checkpoint.ts";
import { type Discrepancy, type DiscrepancySum, noDiscrepancy } from "./discrepancy.ts";
import type { TrainingPlan, TrainingPosition } from "./run-store.ts";
import type { Session } from "./session.ts";
import type { StabilityEstimate } from "./stability.ts";
import type { TrainingOptions, TrainingSummary } from "./train.ts";
import type { TrainingEvent } from "./training-event.ts";
import { checkResumable, planTraining, stepsPerEpoch } from "./training-plan.ts";

export interface TrainingRun {
  readonly session: Session;
  readonly options: TrainingOptions;
  readonly plan: TrainingPlan;
  readonly schedule: LearningSchedule | undefined;
  /** Updates per epoch. */
  readonly steps: number;
  /** The epoch in progress, from 1. */
  epoch: number;
  /** Updates done in it. */
  step: number;
  /** Over the samples seen in it. */
  sum: DiscrepancySum;
  /** Of this call. */
  updates: number;
  images: number;
  readonly seconds: { data: number; settle: number; learn: number; validation: number; checkpoint: number };
  /** Of the last whole epoch. */
  discrepancy: Discrepancy | undefined;
  validation: Discrepancy | undefined;
  /** The latest estimate of λmax, the updates before it, and whether it was close to the limit. */
  stability: { readonly estimate: StabilityEstimate; readonly updates: number; readonly near: boolean } | undefined;
  readonly began: number;
  /** When the last checkpoint was made, and the updates it holds. */
  kept: { at: number; updates: number };
}

export type CheckpointReason = Extract<TrainingEvent, { kind: "checkpoint" }>["reason"];

/** Begins a run, or takes it up where its store's latest checkpoint left it; tells so. */
export async function beginRun(session: Session, options: TrainingOptions): Promise<TrainingRun> {
  const plan = planTraining(session, options);
  const began = performance.now();
  const run: TrainingRun = {
    session,
    options,
    plan,
    schedule: options.schedule ?? session.program.learn.schedule,
    steps: stepsPerEpoch(plan),
    epoch: 1,
    step: 0,
    sum: noDiscrepancy,
    updates: 0,
    images: 0,
    seconds: { data: 0, settle: 0, learn: 0, validation: 0, checkpoint: 0 },
    discrepancy: undefined,
    validation: undefined,
    stability: undefined,
    began,
    kept: { at: began, updates: session.updates },
  };
  const { source, store, epochs } = options;
  const checkpoint = options.resume === true ? await store?.loadLatest() : undefined;
  if (checkpoint !== undefined) {
    checkResumable(checkpoint, session, plan, source);
    const { position, epochSums, tensors } = checkpoint;
    await session.parameters.import(tensors, position.updates);
    await store?.rewindMetrics(position.updates);
    run.epoch = position.epoch;
    run.step = position.step;
    run.sum = { samples: epochSums.samples, total: epochSums.discrepancy, errors: epochSums.errors };
    run.kept.updates = position.updates;
  }
  await emit(run, {
    kind: "start",
    epochs,
    steps: run.steps,
    samples: plan.samples,
    batch: plan.batch,
    ...(checkpoint && { resumed: { position: checkpoint.position, exact: resumesExactly(checkpoint, session) } }),
  });
  if (checkpoint === undefined) await keep(run, "start");
  return run;
}

export async function emit({ options }: TrainingRun, event: TrainingEvent): Promise<void> {
  await options.onEvent?.(event);
}

/** Saves a checkpoint of the last update, if the run has a store. */
export async function keep(run: TrainingRun, reason: CheckpointReason): Promise<void> {
  const { session, plan, options } = run;
  if (options.store === undefined) return;
  const started = performance.now();
  const checkpoint = await makeCheckpoint(session, plan, run);
  await options.store.saveCheckpoint(checkpoint);
  run.kept = { at: performance.now(), updates: session.updates };
  run.seconds.checkpoint += secondsSince(started);
  await emit(run, { kind: "checkpoint", position: checkpoint.position, reason });
}

/** Whether a checkpoint between two epochs' ends is due. */
export function isDue({ options, session, kept }: TrainingRun): boolean {
  const { updates, seconds } = options.checkpointEvery ?? { seconds: 60 };
  return (
    (updates !== undefined && session.updates - kept.updates >= updates) ||
    (seconds !== undefined && secondsSince(kept.at) >= seconds)
  );
}

export function summaryOf(run: TrainingRun): TrainingSummary {
  const { seconds, images, discrepancy, validation, stability } = run;
  const position: TrainingPosition = { epoch: run.epoch, step: run.step, updates: run.session.updates };
  return {
    position,
    steps: run.updates,
    images,
    ...(discrepancy && { discrepancy }),
    ...(validation && { validation }),
    ...(stability && { stability: stability.estimate }),
    seconds: { ...seconds, total: secondsSince(run.began) },
    imagesPerSecond: images === 0 ? 0 : images / (seconds.data + seconds.settle + seconds.learn),
  };
}

/** The learning rate of the next update. It depends on the place in the run only, so that a resumed run has the same. */
export function rateNow({ plan, schedule, epoch, step, steps, options }: TrainingRun): number {
  if (schedule === undefined) return plan.rate;
  return plan.rate * scheduledFactor(schedule, (epoch - 1) * steps + step, options.epochs * steps);
}

/** For people: `in epoch 3, update 17 of 60`. */
export function whereabouts({ epoch, step, steps }: TrainingRun): string {
  return `in epoch ${epoch}, update ${step + 1} of ${steps}`;
}

export function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}
