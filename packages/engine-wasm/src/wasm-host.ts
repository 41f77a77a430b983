/** What the engine needs from where it runs: cores, shared memory, workers. */
import { nodeModule } from "./node-module.ts";
import { workerSource } from "./worker-source.ts";

export interface WorkerHandle {
  post(message: unknown): void;
  /** Whether the process should stay alive for it. */
  hold(alive: boolean): void;
  terminate(): void;
}

export interface WorkerListeners {
  readonly message: (data: unknown) => void;
  /** The worker has ended, or will, without having been told to; with what it said last. */
  readonly lost: (reason: string) => void;
}

export interface WasmHost {
  /** Threads to use when nobody says how many. */
  readonly cores: number;
  /** Absent where memory cannot be shared: then the engine computes where it is called. */
  readonly startWorker?: (listeners: WorkerListeners) => WorkerHandle;
}

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  postMessage(message: unknown, transfer: readonly never[]): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface BrowserWorker {
  addEventListener(
    event: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
  postMessage(message: unknown, transfer: readonly never[]): void;
  terminate(): void;
}

interface BrowserGlobals {
  readonly Worker?: new (url: string, options: { readonly type: "module" }) => BrowserWorker;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

export function detectHost(): WasmHost {
  const threads = nodeModule<{ readonly Worker: new (url: URL, options: object) => NodeWorker }>("node:worker_threads");
  const os = nodeModule<{ availableParallelism(): number }>("node:os");
  if (threads !== undefined) {
    const { Worker } = threads;
    return { cores: os?.availableParallelism() ?? 1, startWorker: (listeners) => startInNode(Worker, listeners) };
  }
  const { Worker, crossOriginIsolated = false, navigator } = globalThis as BrowserGlobals;
  const cores = navigator?.hardwareConcurrency ?? 1;
  if (Worker === undefined || !crossOriginIsolated || typeof SharedArrayBuffer === "undefined") return { cores };
  return { cores, startWorker: (listeners) => startInBrowser(Worker, listeners) };
}

function startInNode(Worker: new (url: URL, options: object) => NodeWorker, listeners: WorkerListeners): WorkerHandle {
  const url = new URL(`data:text/javascript,${encodeURIComponent(workerSource)}`);
  const worker = new Worker(url, { execArgv: [], env: {} });
  worker.on("message", listeners.message);
  worker.on("error", (error) => listeners.lost(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => listeners.lost(`it exited with code ${String(code)}`));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message, []),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

function startInBrowser(Worker: NonNullable<BrowserGlobals["Worker"]>, listeners: WorkerListeners): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    URL.revokeObjectURL(url);
    listeners.message(data);
  });
  worker.addEventListener("error", ({ message }) => listeners.lost(message ?? "it failed"));
  return {
    post: (message) => worker.postMessage(message, []),
    hold: () => undefined,
    terminate: () => worker.terminate(),
  };
}
