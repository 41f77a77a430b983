/** Gives jobs to worker processes, one engine of one thread each, until all are done. */
import { type Diagnostic, SettleError, settleError } from "@settle/diagnostics";
import type { Calibration, RunJob, RunOutcome, RunProgress } from "./run-job.ts";
import { WorkerLost, WorkerProcess } from "./worker-process.ts";

export type JobResult =
  | RunOutcome
  /** A worker was lost twice on it, or it threw: the others go on. */
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

export interface PoolOptions {
  readonly signal?: AbortSignal;
  /** Called when a job's turn comes. @param waiting jobs behind it; @param running those under way */
  readonly prepare?: (job: RunJob, waiting: number, running: readonly RunJob[]) => RunJob;
  readonly onStart?: (job: RunJob, pid: number | undefined) => void;
  readonly onProgress?: (job: RunJob, progress: RunProgress) => void;
  readonly onResult?: (job: RunJob, result: JobResult) => void;
  /** Told of a lost worker whose run is taken up again. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

export class WorkerPool {
  readonly #size: number;
  readonly #workers = new Set<WorkerProcess>();
  readonly #idle: WorkerProcess[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** How many run at a time. */
  get size(): number {
    return this.#size;
  }

  /** What each job's circuit and tasks cost, measured side by side as they will run. */
  async calibrate(jobs: readonly RunJob[], onDone?: (done: number) => void): Promise<readonly Calibration[]> {
    const results: Calibration[] = [];
    let done = 0;
    await this.#each(jobs, async (job, index) => {
      results[index] = await this.#retry((worker) => worker.calibrate(job));
      onDone?.((done += 1));
    });
    return results;
  }

  /**
   * Runs all jobs. A run whose worker is lost is taken up again once.
   * @returns in the order of the jobs; those not begun before an interruption are `interrupted`
   */
  async run(jobs: readonly RunJob[], options: PoolOptions = {}): Promise<readonly JobResult[]> {
    const results: JobResult[] = jobs.map(() => ({ kind: "interrupted" }));
    const running = new Set<RunJob>();
    const onAbort = (): void => {
      for (const worker of this.#workers) worker.stop();
    };
    options.signal?.addEventListener("abort", onAbort);
    try {
      await this.#each(jobs, async (job, index) => {
        if (options.signal?.aborted === true) return;
        const prepared = options.prepare?.(job, jobs.length - 1 - index, [...running]) ?? job;
        running.add(job);
        const result = await this.#runOne(job, prepared, options);
        running.delete(job);
        results[index] = result;
        options.onResult?.(job, result);
      });
    } finally {
      options.signal?.removeEventListener("abort", onAbort);
    }
    return results;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    this.#workers.clear();
  }

  async #runOne(job: RunJob, prepared: RunJob, options: PoolOptions): Promise<JobResult> {
    try {
      return await this.#retry(
        (worker) => {
          options.onStart?.(job, worker.pid);
          return worker.run(prepared, (progress) => options.onProgress?.(job, progress));
        },
        options.signal,
        (lost) => options.onDiagnostic?.(workerLost(job, lost, "warning")),
      );
    } catch (fault) {
      if (options.signal?.aborted === true) return { kind: "interrupted" };
      if (fault instanceof SettleError) return { kind: "failed", diagnostic: fault.diagnostic };
      if (fault instanceof WorkerLost) return { kind: "failed", diagnostic: workerLost(job, fault, "error") };
      throw fault;
    }
  }

  /** Once more where the worker is lost. */
  async #retry<T>(
    ask: (worker: WorkerProcess) => Promise<T>,
    signal?: AbortSignal,
    onLost?: (lost: WorkerLost) => void,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const worker = this.#idle.pop() ?? new WorkerProcess();
      this.#workers.add(worker);
      try {
        const answer = await ask(worker);
        this.#idle.push(worker);
        return answer;
      } catch (fault) {
        if (fault instanceof WorkerLost) this.#workers.delete(worker);
        else this.#idle.push(worker);
        if (!(fault instanceof WorkerLost) || attempt === 2 || signal?.aborted === true) throw fault;
        onLost?.(fault);
      }
    }
  }

  /** As many at a time as there are workers, in order. */
  async #each(jobs: readonly RunJob[], work: (job: RunJob, index: number) => Promise<void>): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let index = next++; index < jobs.length; index = next++) {
        const job = jobs[index];
        if (job !== undefined) await work(job, index);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#size, jobs.length) }, lane));
  }
}

function workerLost({ run }: RunJob, lost: WorkerLost, severity: Diagnostic["severity"]): Diagnostic {
  const again = severity === "warning";
  return settleError(
    "experiment/worker-lost",
    `The worker that ran "${run.circuit}" with seed ${run.seed} is gone (${lost.message}).`,
    {
      severity,
      help: again
        ? "the run is taken up again from its last checkpoint."
        : "it was tried twice. Is there enough memory? Fewer `--workers` need less; `--resume` makes what is missing.",
    },
  ).diagnostic;
}
