/** Trains the circuits of an experiment over paired seeds, and says how they differ. */
import { type Diagnostic, formatPointer, closest } from "@settle/diagnostics";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "@settle/runs";
import type { Compared, ComparedRun } from "./comparison.ts";
import { ExperimentError } from "./experiment-error.ts";
import type { LoadedExperiment } from "./load-experiment.ts";
import type { ExperimentPlan } from "./plan/experiment-plan.ts";
import { planExperiment } from "./plan/plan-experiment.ts";
import type { StepSeconds } from "./plan/hold-equal.ts";
import { claimFolder, runFolder } from "./run/comparison-folder.ts";
import { type Calibrations, jobSeconds, makespan, secondsDone, stepSecondsOf } from "./run/estimate-time.ts";
import { readResult, readStates, type RunState } from "./run/read-runs.ts";
import type { RunJob, RunModel } from "./run/run-job.ts";
import { type JobResult, WorkerPool } from "./run/worker-pool.ts";

export interface CompareOptions {
  /** Absolute path of the folder that keeps everything. */
  readonly dir: string;
  /** Go on with what is there. Default false: a folder that holds a comparison is refused. */
  readonly resume?: boolean;
  /** Processes that compute, one thread each. */
  readonly workers: number;
  /** Default `auto`. */
  readonly engine?: string;
  /** Test images whose pictures are kept for each run and task. Default 8. */
  readonly pictures?: number;
  /** The command line, for those who want to repeat it. */
  readonly command: readonly string[];
  /** Ends it: runs under way are kept as they are, finished ones are compared. */
  readonly signal?: AbortSignal;
  readonly onPlan?: (plan: ExperimentPlan) => void;
  /** How many circuits have been compiled and measured, of how many: the estimate rests on it. */
  readonly onMeasure?: (done: number, total: number) => void;
  /** Before the first run; `seconds` is absent where none is to be made. */
  readonly onEstimate?: (estimate: { readonly seconds?: number; readonly made: number; readonly kept: number }) => void;
  /** Seconds of work done and in all, of one worker. */
  readonly onProgress?: (done: number, total: number, note: string) => void;
  readonly onRunStart?: (run: { readonly circuit: string; readonly seed: number; readonly pid?: number }) => void;
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/**
 * @throws {ExperimentError} with every fault that keeps it from being run: variants, budgets, data, metrics, edited runs
 * @throws {SettleError} `experiment/exists`, `runs/locked`, `engine/…`, …
 */
export async function compareExperiment(experiment: LoadedExperiment, options: CompareOptions): Promise<Compared> {
  const began = performance.now();
  const { dir, workers } = options;
  const first = await planExperiment(experiment, engineOf(options));
  const lock = await claimFolder(dir, experiment, options.resume === true);
  const pool = new WorkerPool(workers);
  try {
    const plan = await withWallTime(experiment, first, options, pool);
    options.onPlan?.(plan);
    const before = await states(dir, plan, experiment);
    // Two circuits that are the same share their runs.
    const open = before.filter(
      ({ run, seal, missing }, i) =>
        (seal === undefined || missing.length > 0) && before.findIndex((other) => other.run.key === run.key) === i,
    );
    const jobs = open.map((state) => jobOf(state, plan, options));
    const calibrations = await calibrateCircuits(plan, jobs, pool, options);
    checkMetrics(
      experiment,
      (task) => [...calibrations.values()].find(({ metrics }) => task in metrics)?.metrics[task],
    );
    const costs = open.map((state, i) => jobSeconds(jobs[i] as RunJob, state.trained, calibrations));
    const estimated = jobs.length === 0 ? undefined : makespan(costs, workers);
    const made = { made: jobs.length, kept: plan.runs.length - jobs.length };
    options.onEstimate?.({ ...(estimated !== undefined && { seconds: estimated }), ...made });
    const prepared = performance.now();
    const results = await runJobs(jobs, costs, calibrations, plan, pool, options);
    const ended = performance.now();
    await pool.close();
    const runs = await collect(dir, plan, experiment, jobs, results);
    checkMetrics(experiment, (task) => {
      const scored = runs.find(({ scores }) => task in scores)?.scores[task];
      return scored && Object.keys(scored.metrics);
    });
    const { compareCircuits, testHypothesis } = await import("./statistics/compare-circuits.ts");
    const comparisons = compareCircuits(
      plan.contenders.map(({ id }) => id),
      experiment.spec.metrics,
      (circuit, metric) =>
        new Map(runs.filter((run) => run.circuit === circuit).map((run) => [run.seed, run.metrics[metric] ?? null])),
      experiment.spec.baseline,
    );
    const hypotheses = (experiment.spec.hypotheses ?? []).flatMap((each) => testHypothesis(each, comparisons) ?? []);
    return {
      dir,
      plan,
      runs,
      comparisons,
      hypotheses,
      time: {
        ...(estimated !== undefined && { estimated }),
        prepare: (prepared - began) / 1000,
        runs: (ended - prepared) / 1000,
        workers,
        made: made.made,
      },
    };
  } finally {
    await pool.close();
    await lock.release();
  }
}

function engineOf({ engine }: CompareOptions): { readonly engine?: string } {
  return engine === undefined ? {} : { engine };
}

/** For `wallTime` the cost of a step is measured once and kept, so that a resumed comparison is the same one. */
async function withWallTime(
  experiment: LoadedExperiment,
  plan: ExperimentPlan,
  options: CompareOptions,
  pool: WorkerPool,
): Promise<ExperimentPlan> {
  if (experiment.spec.equal?.includes("wallTime") !== true) return plan;
  const path = join(options.dir, "wall-time.json");
  const name = plan.circuits.map(({ analysis }) => analysis.hash).join(" ");
  const kept = await readFile(path, "utf8")
    .then((text) => JSON.parse(text) as { readonly name: string; readonly stepSeconds: StepSeconds })
    .catch(() => undefined);
  let stepSeconds = kept?.name === name ? kept.stepSeconds : undefined;
  if (stepSeconds === undefined) {
    const jobs = firstRuns(plan).map((run) => jobOf({ run, missing: plan.tasks, trained: 0 }, plan, options));
    stepSeconds = stepSecondsOf(plan, await calibrateCircuits(plan, jobs, pool, options));
    await writeWhole(path, `${JSON.stringify({ name, stepSeconds }, undefined, 2)}\n`, "write what a step costs");
  }
  return planExperiment(experiment, { ...engineOf(options), stepSeconds });
}

function firstRuns({ circuits, runs }: ExperimentPlan): ExperimentPlan["runs"] {
  return circuits.flatMap(({ id }) => runs.find(({ circuit }) => circuit === id) ?? []);
}

async function states(dir: string, plan: ExperimentPlan, { source }: LoadedExperiment): Promise<readonly RunState[]> {
  const { states: found, diagnostics } = await readStates(dir, plan);
  if (diagnostics.length > 0) throw new ExperimentError(diagnostics, source);
  return found;
}

function jobOf({ run, missing }: RunState, plan: ExperimentPlan, options: CompareOptions): RunJob {
  return {
    dir: runFolder(options.dir, run.key),
    run,
    model: modelOf(run.circuit, plan),
    training: plan.training,
    tasks: missing,
    pictures: options.pictures ?? 8,
    threads: 1,
    command: options.command,
  };
}

function modelOf(contender: string, { circuits, autoencoders }: ExperimentPlan): RunModel {
  const circuit = circuits.find(({ id }) => id === contender);
  if (circuit !== undefined) return { kind: "circuit", spec: circuit.spec };
  const autoencoder = autoencoders.find(({ id }) => id === contender);
  if (autoencoder === undefined) throw new Error(`a run of nothing that is compared: ${contender}`);
  return { kind: "autoencoder", autoencoder: autoencoder.kind, shape: autoencoder.shape };
}

/** One measurement a circuit or autoencoder, of the tasks that any of its runs still needs. */
async function calibrateCircuits(
  { contenders }: ExperimentPlan,
  jobs: readonly RunJob[],
  pool: WorkerPool,
  { onMeasure }: CompareOptions,
): Promise<Calibrations> {
  const chosen = contenders.flatMap(({ id }) => {
    const own = jobs.filter(({ run }) => run.circuit === id);
    const job = own.reduce<RunJob | undefined>(
      (most, each) => (most === undefined || each.tasks.length > most.tasks.length ? each : most),
      undefined,
    );
    return job === undefined ? [] : [job];
  });
  if (chosen.length > 0) onMeasure?.(0, chosen.length);
  const measured = await pool.calibrate(chosen, (done) => onMeasure?.(done, chosen.length));
  return new Map(chosen.flatMap(({ run }, i) => (measured[i] === undefined ? [] : [[run.circuit, measured[i]]])));
}

/** A metric that no task gives is told before hours are spent. */
function checkMetrics(
  { spec, source }: LoadedExperiment,
  metricsOf: (task: string) => readonly string[] | undefined,
): void {
  const diagnostics: Diagnostic[] = [];
  for (const [i, metric] of spec.metrics.entries()) {
    const [task = "", ...rest] = metric.split(".");
    const name = rest.join(".");
    const known = metricsOf(task);
    if (known === undefined || known.includes(name)) continue;
    const near = closest(name, known);
    diagnostics.push({
      code: "experiment/unknown-metric",
      severity: "error",
      message: `The task "${task}" gives no metric "${name}".`,
      ...(near !== undefined && { note: `did you mean "${task}.${near}"?` }),
      help: `it gives ${known.join(", ")}.`,
      ...source.place(formatPointer(["metrics", i]), "value"),
    });
  }
  if (diagnostics.length > 0) throw new ExperimentError(diagnostics, source);
}

async function runJobs(
  jobs: readonly RunJob[],
  costs: readonly number[],
  calibrations: Calibrations,
  plan: ExperimentPlan,
  pool: WorkerPool,
  options: CompareOptions,
): Promise<readonly JobResult[]> {
  const left = new Map(jobs.map((job, i) => [job, costs[i] ?? 0]));
  const total = costs.reduce((sum, each) => sum + each, 0);
  const tell = (note: string): void => {
    options.onProgress?.(total - [...left.values()].reduce((sum, each) => sum + each, 0), total, note);
  };
  return pool.run(jobs, {
    ...(options.signal && { signal: options.signal }),
    prepare: (job, waiting, running) => ({ ...job, threads: threadsFor(job, waiting, running, left, plan, pool.size) }),
    onStart: ({ run }, pid) =>
      options.onRunStart?.({ circuit: run.circuit, seed: run.seed, ...(pid !== undefined && { pid }) }),
    onProgress: (job, progress) => {
      const whole = jobSeconds(job, 0, calibrations);
      left.set(job, Math.max(0, whole - secondsDone(job, progress, calibrations)));
      tell(`${job.run.circuit}, seed ${job.run.seed}: ${progress.phase}`);
    },
    onResult: (job, result) => {
      left.set(job, 0);
      tell(`${job.run.circuit}, seed ${job.run.seed}: ${result.kind}`);
      if (result.kind === "failed") options.onDiagnostic?.(result.diagnostic);
      if (result.kind === "diverged") options.onDiagnostic?.(ofRun(job, result.diagnostic));
    },
    ...(options.onDiagnostic && { onDiagnostic: options.onDiagnostic }),
  });
}

/** With as many threads as there are workers with nothing left to do; where that cannot change a result. */
function threadsFor(
  job: RunJob,
  waiting: number,
  running: readonly RunJob[],
  left: ReadonlyMap<RunJob, number>,
  plan: ExperimentPlan,
  workers: number,
): number {
  if (waiting > 0 || !sameBitsForAnyThreads.has(plan.engine)) return 1;
  const own = left.get(job) ?? 0;
  const busy = running.filter((each) => (left.get(each) ?? 0) > 0.3 * own).length;
  return Math.max(1, workers - busy);
}

const sameBitsForAnyThreads: ReadonlySet<string> = new Set(["native"]);

/** A divergence is no fault of the comparison: it is told as a warning. */
function ofRun({ run }: RunJob, diagnostic: Diagnostic): Diagnostic {
  return {
    ...diagnostic,
    severity: "warning",
    message: `"${run.circuit}" with seed ${run.seed}: ${diagnostic.message} Its pairs are left out of the tests.`,
  };
}

async function collect(
  dir: string,
  plan: ExperimentPlan,
  experiment: LoadedExperiment,
  jobs: readonly RunJob[],
  results: readonly JobResult[],
): Promise<readonly ComparedRun[]> {
  const after = await states(dir, plan, experiment);
  return Promise.all(
    after.map(async (state) => {
      const result = results[jobs.findIndex(({ run }) => run.key === state.run.key)];
      const compared = await readResult(dir, state, plan);
      if (result?.kind !== "failed") return compared;
      return { ...compared, status: "failed" as const, diagnostic: result.diagnostic };
    }),
  );
}
