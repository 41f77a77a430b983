/** The command's end of a worker: one request at a time, answered or lost. */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { SettleError } from "@settle/diagnostics";
import type { Calibration, RunJob, RunOutcome, RunProgress, WorkerReply, WorkerRequest } from "./run-job.ts";

/** The process ended in the middle of a request. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  #ended: string | undefined;
  #stderr = "";

  constructor() {
    const isSource = import.meta.url.endsWith(".ts");
    this.#child = fork(fileURLToPath(new URL(isSource ? "worker.ts" : "worker.js", import.meta.url)), [], {
      execArgv: [],
      ...(isSource && fromSources()),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (text: Buffer) => (this.#stderr = (this.#stderr + text.toString()).slice(-4000)));
    this.#child.on("error", (fault) => (this.#ended = fault.message));
    this.#child.on("exit", (code, signal) => (this.#ended = signal === null ? `exit code ${code}` : signal));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {WorkerLost}; {SettleError} what the run threw */
  async run(job: RunJob, onProgress: (progress: RunProgress) => void): Promise<RunOutcome> {
    const reply = await this.#ask({ kind: "run", job }, onProgress);
    if (reply.kind !== "outcome") throw new Error(`a worker answered ${reply.kind} to a run`);
    return reply.outcome;
  }

  /** @throws {WorkerLost}; {SettleError} what a circuit or task cannot do */
  async calibrate(job: RunJob): Promise<Calibration> {
    const reply = await this.#ask({ kind: "calibrate", job });
    if (reply.kind !== "calibration") throw new Error(`a worker answered ${reply.kind} to a calibration`);
    return reply.calibration;
  }

  /** Asks it to keep what it is doing, answer, and end. */
  stop(): void {
    if (this.#child.connected) this.#child.send({ kind: "stop" } satisfies WorkerRequest, () => undefined);
  }

  /** Waits for its end; ends it by force after a while. */
  async close(): Promise<void> {
    this.stop();
    if (this.#ended !== undefined) return;
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    await new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    clearTimeout(force);
  }

  #ask(
    request: WorkerRequest,
    onProgress?: (progress: RunProgress) => void,
  ): Promise<Exclude<WorkerReply, { kind: "progress" | "fault" }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        child.off("message", onMessage);
        child.off("exit", onExit);
      };
      const onExit = (): void => {
        settle();
        const said = this.#stderr.trim().split("\n").at(-1) ?? "";
        reject(new WorkerLost(`${this.#ended ?? "it ended"}${said === "" ? "" : `: ${said}`}`));
      };
      const onMessage = (reply: WorkerReply): void => {
        if (reply.kind === "progress") {
          onProgress?.(reply.progress);
          return;
        }
        settle();
        if (reply.kind !== "fault") resolve(reply);
        else if (reply.diagnostic !== undefined) reject(new SettleError(reply.diagnostic));
        else reject(new Error(`a worker failed: ${reply.text}`));
      };
      if (this.#ended !== undefined) return onExit();
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.send(request, () => undefined);
    });
  }
}

/** Run from the sources (tests), the worker needs a loader that knows TypeScript and where the sources of packages lie. */
function fromSources(): { readonly execArgv: string[]; readonly env: NodeJS.ProcessEnv } {
  const jiti = createRequire(import.meta.url).resolve("jiti/package.json");
  const loader = pathToFileURL(jiti.replace(/package\.json$/, "lib/jiti-register.mjs")).href;
  const packages = fileURLToPath(new URL("../../../", import.meta.url));
  const aliases = readdirSync(packages).map((name) => [`@settle/${name}`, `${packages}${name}/src/index.ts`] as const);
  return {
    execArgv: ["--import", loader],
    env: { ...process.env, JITI_ALIAS: JSON.stringify(Object.fromEntries(aliases)) },
  };
}
