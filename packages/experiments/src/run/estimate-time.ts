/** How long runs will take, from what things were measured to cost. */
import type { ExperimentPlan } from "../plan/experiment-plan.ts";
import type { Calibration, RunJob, RunProgress } from "./run-job.ts";

/** By circuit. */
export type Calibrations = ReadonlyMap<string, Calibration>;

/** Seconds one worker takes for what is left of a job. @param trained share of the training done before */
export function jobSeconds(job: RunJob, trained: number, calibrations: Calibrations): number {
  const training = phaseSeconds(job, "training", calibrations) * (1 - trained);
  return training + job.tasks.reduce((sum, { id }) => sum + phaseSeconds(job, id, calibrations), 0);
}

/** Seconds of work a job has behind it at a moment. */
export function secondsDone(job: RunJob, { phase, done, total }: RunProgress, calibrations: Calibrations): number {
  const share = total > 0 ? done / total : 0;
  let before = 0;
  for (const each of ["training", ...job.tasks.map(({ id }) => id)]) {
    const whole = phaseSeconds(job, each, calibrations);
    if (each === phase) return before + share * whole;
    before += whole;
  }
  return before;
}

function phaseSeconds(job: RunJob, phase: string, calibrations: Calibrations): number {
  const cost = calibrations.get(job.run.circuit);
  if (cost === undefined) return 0;
  if (phase === "training") return cost.training * job.training.data.samples * job.training.epochs;
  const task = job.tasks.find(({ id }) => id === phase);
  return task === undefined ? 0 : (cost.tasks[phase] ?? 0) * task.data.samples;
}

/** Seconds until all are done, each taken by the worker that is free first. */
export function makespan(seconds: readonly number[], workers: number): number {
  const free = Array.from({ length: Math.max(1, workers) }, () => 0);
  for (const each of seconds) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + each;
  }
  return Math.max(...free);
}

/** What a step of a settle costs an image of each circuit, for `wallTime`. */
export function stepSecondsOf(plan: ExperimentPlan, calibrations: Calibrations): Readonly<Record<string, number>> {
  return Object.fromEntries(
    plan.circuits.map(({ id, analysis }) => [id, (calibrations.get(id)?.training ?? NaN) / analysis.steps]),
  );
}
