/** What is known of each run of a plan, from its folder. */
import { type Diagnostic, SettleError } from "@settle/diagnostics";
import { openRun, readMetrics, runPaths } from "@settle/runs";
import type { ComparedRun } from "../comparison.ts";
import { type ExperimentPlan, type PlannedRun, type PlannedTask, tasksOf } from "../plan/experiment-plan.ts";
import { runFolder } from "./comparison-folder.ts";
import { readScore, taskKey, type TaskScore } from "./run-scores.ts";
import { readSeal, type RunSeal } from "./run-seal.ts";

export interface RunState {
  readonly run: PlannedRun;
  readonly seal?: RunSeal;
  /** Not yet scored; all of a run that is not finished, none of one that diverged. */
  readonly missing: readonly PlannedTask[];
  /** Share of the training that a checkpoint holds. */
  readonly trained: number;
}

/** @returns also a diagnostic for each run that was edited */
export async function readStates(
  dir: string,
  plan: ExperimentPlan,
): Promise<{ readonly states: readonly RunState[]; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const states: RunState[] = [];
  for (const run of plan.runs) {
    try {
      states.push(await readState(dir, run, plan));
    } catch (fault) {
      if (!(fault instanceof SettleError)) throw fault;
      diagnostics.push(fault.diagnostic);
    }
  }
  return { states, diagnostics };
}

async function readState(dir: string, run: PlannedRun, plan: ExperimentPlan): Promise<RunState> {
  const folder = runFolder(dir, run.key);
  const seal = await readSeal(folder, run);
  const tasks = tasksOf(plan, run.circuit);
  if (seal === undefined) return { run, missing: tasks, trained: await trainedShare(folder, run, plan) };
  const missing =
    seal.status === "diverged" ? [] : tasks.filter((task) => !(`scores/${taskKey(task)}.json` in seal.files));
  return { run, seal, missing, trained: 1 };
}

async function trainedShare(folder: string, run: PlannedRun, plan: ExperimentPlan): Promise<number> {
  try {
    const { checkpoints } = await (await openRun(folder)).checkpoints();
    const updates = Math.max(0, ...checkpoints.map((each) => each.updates));
    const all = run.identity.epochs * Math.ceil(plan.training.data.samples / run.identity.batch);
    return Math.min(1, updates / all);
  } catch {
    return 0;
  }
}

/** A finished or diverged run with all it came to. */
export async function readResult(dir: string, { run, seal }: RunState, plan: ExperimentPlan): Promise<ComparedRun> {
  const folder = runFolder(dir, run.key);
  const scores: Record<string, TaskScore> = {};
  const metrics: Record<string, number | null> = {};
  if (seal?.status === "finished") {
    for (const task of plan.tasks) {
      const score = await readScore(folder, task);
      if (score === undefined) continue;
      scores[task.id] = score;
      for (const [name, value] of Object.entries(score.metrics)) metrics[`${task.id}.${name}`] = value;
    }
  }
  const { lines } = await readMetrics(runPaths(folder).metrics);
  const curve = lines.flatMap((line) => (line.kind === "epoch" ? [[line.epoch, line.discrepancy] as const] : []));
  return {
    ...run,
    status: seal?.status ?? "interrupted",
    ...(seal?.diagnostic && { diagnostic: seal.diagnostic }),
    scores,
    metrics,
    curve,
    trainingSeconds: seal?.trainingSeconds ?? 0,
  };
}
