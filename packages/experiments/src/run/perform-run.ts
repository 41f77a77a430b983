/** One run: trains a circuit with one seed, scores it, seals the folder. Takes up what an earlier attempt left. */
import { type Diagnostic, SettleError } from "@settle/diagnostics";
import { openRun } from "@settle/runs";
import { evaluate, type Session, startRun, train, weightsOfRun } from "@settle/settle";
import type { OpenData } from "./open-data.ts";
import { describeModel, openModel } from "./open-model.ts";
import type { RunJob, RunOutcome, RunProgress } from "./run-job.ts";
import { writeScore } from "./run-scores.ts";
import { readSeal, writeSeal } from "./run-seal.ts";

export interface PerformOptions {
  readonly data: OpenData;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

/**
 * A divergence is an outcome, not a fault: the run is sealed with it.
 * @throws {SettleError} `runs/…`, `data/…`, `engine/…`, `experiment/edited-run`
 */
export async function performRun(job: RunJob, options: PerformOptions): Promise<RunOutcome> {
  const { dir, run, tasks } = job;
  const sealed = await readSeal(dir, run);
  if (sealed?.status === "diverged" && sealed.diagnostic) return { kind: "diverged", diagnostic: sealed.diagnostic };
  const session = await openModel(job);
  try {
    let trainingSeconds = sealed?.trainingSeconds;
    if (trainingSeconds === undefined) {
      const trained = await trainRun(session, job, options);
      if (trained.kind === "interrupted") return trained;
      trainingSeconds = trained.seconds;
      if (trained.kind === "diverged") {
        const { diagnostic } = trained;
        await writeSeal(dir, { identity: run.identity, status: "diverged", diagnostic, trainingSeconds });
        return { kind: "diverged", diagnostic };
      }
    } else {
      await session.parameters.import(await weightsOfRun(await openRun(dir)));
    }
    for (const task of tasks) {
      const evaluation = await evaluate(session, {
        ...task.options,
        task: task.task,
        ...(task.training && { training: await options.data.get(task.training) }),
        source: await options.data.get(task.data),
        batch: task.batch,
        pictures: job.pictures,
        signal: options.signal,
        onProgress: (done, total) => options.onProgress({ phase: task.id, done, total }),
      });
      await writeScore(dir, task, evaluation);
    }
    await writeSeal(dir, { identity: run.identity, status: "finished", trainingSeconds });
    return { kind: "finished" };
  } catch (fault) {
    if (options.signal.aborted && !(fault instanceof SettleError)) return { kind: "interrupted" };
    throw fault;
  } finally {
    await session.dispose();
  }
}

type Trained =
  | { readonly kind: "interrupted" }
  | { readonly kind: "done"; readonly seconds: number }
  | { readonly kind: "diverged"; readonly seconds: number; readonly diagnostic: Diagnostic };

async function trainRun(session: Session, job: RunJob, options: PerformOptions): Promise<Trained> {
  const { run, training } = job;
  const { epochs, batch, rate } = run.identity;
  const source = await options.data.get(training.data);
  const folder = await startRun(job.dir, {
    circuit: describeModel(job),
    session,
    data: { training: source },
    settings: {
      data: training.data.reference,
      split: training.data.split,
      steps: run.identity.steps,
      epochs,
      batch,
      rate,
      ...(run.identity.by !== undefined && { by: run.identity.by }),
    },
    command: job.command,
    resume: true,
  });
  const before = folder.manifest.earlier.reduce(
    (sum, { started, finished }) => sum + secondsBetween(started, finished),
    0,
  );
  try {
    const total = source.size * epochs;
    let done = 0;
    const result = await train(session, {
      source,
      epochs,
      batch,
      rate,
      store: folder,
      resume: true,
      signal: options.signal,
      // λmax is what circuits are told apart by in no metric; those that bound it ask for it themselves.
      stabilityEvery: 0,
      onEvent: (event) => {
        if (event.kind === "start" && event.resumed) {
          const { epoch, step } = event.resumed.position;
          done = (epoch - 1) * event.samples + step * event.batch;
        }
        if (event.kind !== "step") return;
        done += event.samples;
        options.onProgress({ phase: "training", done, total });
      },
    });
    const seconds = before + result.seconds.data + result.seconds.settle + result.seconds.learn;
    switch (result.kind) {
      case "done":
        await folder.finish("finished", { discrepancy: result.discrepancy?.total ?? null });
        return { kind: "done", seconds };
      case "interrupted":
        await folder.finish("interrupted");
        return { kind: "interrupted" };
      case "diverged":
        await folder.finish("failed");
        return { kind: "diverged", seconds, diagnostic: result.diagnostic };
      default:
        return result satisfies never;
    }
  } catch (fault) {
    await folder.finish("failed");
    throw fault;
  } finally {
    await folder.close();
  }
}

/** Of an earlier session that said when it ended; of one that was killed nothing is known. */
function secondsBetween(started: string, finished: string | undefined): number {
  return finished === undefined ? 0 : (Date.parse(finished) - Date.parse(started)) / 1000;
}
