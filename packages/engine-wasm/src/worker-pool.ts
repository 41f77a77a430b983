/** The workers of one executable. They start with the first job and sleep between jobs. */
import { settleError } from "@settle/diagnostics";

import type { WasmHost, WorkerHandle } from "./wasm-host.ts";
import { type GroupJob, workerDone, type WorkerSetup } from "./worker-source.ts";

export class WorkerPool {
  readonly #start: NonNullable<WasmHost["startWorker"]>;
  readonly #setups: readonly WorkerSetup[];
  readonly #workers: WorkerHandle[] = [];
  #job: { left: number; readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined;
  #lost: Error | undefined;
  #ended = false;

  /** @param setups  one per worker it may start */
  constructor(start: NonNullable<WasmHost["startWorker"]>, setups: readonly WorkerSetup[]) {
    this.#start = start;
    this.#setups = setups;
  }

  /**
   * Takes all groups through the schedule; one job at a time.
   * @throws {SettleError} `engine/worker-lost`, then and ever after
   */
  async run(job: GroupJob): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    const count = Math.min(this.#setups.length, job.groups);
    while (this.#workers.length < count) this.#add();
    const workers = this.#workers.slice(0, count);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#job = { left: count, resolve, reject };
        for (const worker of workers) {
          worker.hold(true);
          worker.post(job);
        }
      });
    } finally {
      this.#job = undefined;
      for (const worker of workers) worker.hold(false);
    }
  }

  end(): void {
    this.#ended = true;
    for (const worker of this.#workers) worker.terminate();
  }

  #add(): void {
    const worker = this.#start({ message: (data) => this.#hear(data), lost: (reason) => this.#lose(reason) });
    worker.post(this.#setups[this.#workers.length]);
    this.#workers.push(worker);
  }

  #hear(data: unknown): void {
    if (data !== workerDone || this.#job === undefined) return;
    this.#job.left--;
    if (this.#job.left === 0) this.#job.resolve();
  }

  #lose(reason: string): void {
    if (this.#ended || this.#lost !== undefined) return;
    this.#lost = settleError(
      "engine/worker-lost",
      `A worker thread of the wasm engine ended before its work was done: ${reason}.`,
      {
        help: "the states of this run are lost; make a new session and go on from the last checkpoint, with fewer threads if memory was short",
      },
    );
    this.end();
    this.#job?.reject(this.#lost);
  }
}
