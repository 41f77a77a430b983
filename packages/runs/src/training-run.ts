/** A run folder that is being trained: holds its lock, and keeps what the training loop hands it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { settleError } from "@settle/diagnostics";
import type { Checkpoint, MetricsLine, RunStore } from "@settle/runtime";
import { removeUnfinishedWrites, saveCheckpointFile, scoreCheckpoint } from "./checkpoint-folder.ts";
import { type CheckpointScore, listFolder, preferredScore } from "./checkpoint-index.ts";
import { errorCode, fileFault } from "./file-fault.ts";
import { makeFolder } from "./make-folder.ts";
import { MetricsAppender } from "./metrics-file.ts";
import { lockName, lockRun, type RunLock } from "./run-lock.ts";
import {
  readManifest,
  type Json,
  type RunManifest,
  type RunSession,
  type RunStart,
  writeManifest,
} from "./run-manifest.ts";
import { type OpenRunOptions, Run, runPaths, shortHash } from "./run.ts";
import { isUnfinishedWrite } from "./write-whole.ts";

export interface CreateRunOptions extends OpenRunOptions {
  /** Go on with the run that is there; where there is none, start one. */
  readonly resume?: boolean;
  /** Delete the run that is there first. Nothing else in the folder is touched. */
  readonly overwrite?: boolean;
  /** Checkpoints kept besides the best one. Default 3. */
  readonly keep?: number;
}

/**
 * Makes a run folder, or goes on with one, and locks it until `close`.
 *
 * @throws {SettleError} `runs/exists`, `runs/other-circuit` when resuming with a circuit of another hash, `runs/locked`,
 *   `runs/not-a-run` when the folder holds other things, and as `writeWhole`. The folder is then as it was.
 */
export async function createRun(dir: string, start: RunStart, options: CreateRunOptions = {}): Promise<TrainingRun> {
  try {
    await makeFolder(dir);
  } catch (error) {
    throw fileFault(error, dir, "make the run folder");
  }
  const lock = await lockRun(dir);
  try {
    const before = await claimFolder(dir, start, options);
    const now = new Date().toISOString();
    const manifest: RunManifest = {
      format: "settle-run",
      version: 1,
      ...start,
      started: now,
      status: "running",
      earlier: before === undefined ? [] : [...before.earlier, sessionOf(before)],
    };
    await writeManifest(runPaths(dir).manifest, manifest);
    return new TrainingRun(dir, manifest, lock, before !== undefined, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** See `createRun`. */
export class TrainingRun extends Run implements RunStore {
  /** Whether there was a run before, of the same circuit. */
  readonly resumed: boolean;
  readonly #lock: RunLock;
  readonly #metrics: MetricsAppender;
  readonly #keep: number;
  #measured: { readonly updates: number; readonly score: CheckpointScore } | undefined;

  constructor(dir: string, manifest: RunManifest, lock: RunLock, resumed: boolean, options: CreateRunOptions) {
    super(dir, manifest, options.onDiagnostic);
    this.resumed = resumed;
    this.#lock = lock;
    this.#metrics = new MetricsAppender(this.paths.metrics);
    this.#keep = Math.max(1, options.keep ?? 3);
  }

  /** @throws {SettleError} `runs/not-finite`, or as `writeWhole`; the checkpoint before is then still whole */
  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#metrics.sync();
    const measured = this.#measured?.updates === checkpoint.position.updates ? this.#measured.score : undefined;
    await saveCheckpointFile(this.paths.checkpoints, checkpoint, measured, this.#keep);
  }

  /** @throws {SettleError} as `writeWhole`; the lines before are then still whole */
  async appendMetrics(line: MetricsLine): Promise<void> {
    await this.#metrics.append(line);
    if (line.kind === "step" || !Number.isFinite(line.discrepancy)) return;
    const { kind, updates, discrepancy } = line;
    const before = this.#measured?.updates === updates ? this.#measured.score : undefined;
    this.#measured = { updates, score: preferredScore(before, { kind, discrepancy }) };
    await scoreCheckpoint(this.paths.checkpoints, updates, this.#measured.score);
  }

  async rewindMetrics(updates: number): Promise<void> {
    await this.#metrics.rewind(updates);
  }

  /** Writes into `run.json` how the session ended, and what it came to. Then `close`. */
  async finish(
    status: Exclude<RunSession["status"], "running">,
    result?: Readonly<Record<string, Json>>,
  ): Promise<void> {
    this.manifest = {
      ...this.manifest,
      finished: new Date().toISOString(),
      status,
      ...(result === undefined ? {} : { result }),
    };
    await writeManifest(this.paths.manifest, this.manifest);
  }

  /** Gives the folder free. Reading it stays possible. */
  async close(): Promise<void> {
    await this.#metrics.close();
    await this.#lock.release();
  }
}

/** Everything a run folder consists of. */
const parts = ["run.json", "metrics.jsonl", "checkpoints", "images", "report.html"];

/** @returns the run that is gone on with, or undefined for a new one */
async function claimFolder(dir: string, start: RunStart, options: CreateRunOptions): Promise<RunManifest | undefined> {
  const names = (await listFolder(dir)).filter((name) => name !== lockName && !isUnfinishedWrite(name));
  if (names.length === 0) return undefined;
  const holdsRun = names.includes("run.json");
  if (!holdsRun && !names.every((name) => parts.includes(name))) throw notARun(dir, names);
  if (options.overwrite === true) {
    // run.json last: a folder half deleted is still known as a run.
    for (const name of parts.toReversed()) await remove(join(dir, name));
    return undefined;
  }
  const before = holdsRun ? await readManifest(runPaths(dir).manifest) : undefined;
  if (before === undefined) throw notARun(dir, names);
  if (before.circuit.hash !== start.circuit.hash) throw otherCircuit(dir, before, start);
  if (options.resume !== true) throw exists(dir, before);
  await removeUnfinishedWrites(dir);
  await removeUnfinishedWrites(runPaths(dir).checkpoints);
  return before;
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true });
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw fileFault(error, path, "delete the earlier run");
  }
}

function sessionOf({ command, engine, versions, started, finished, status }: RunManifest): RunSession {
  // One that says it runs while its lock is gone was killed.
  const ended = status === "running" ? "interrupted" : status;
  return { command, engine, versions, started, ...(finished === undefined ? {} : { finished }), status: ended };
}

const nameCircuit = ({ circuit }: Pick<RunStart, "circuit">) => `"${circuit.name}" (${shortHash(circuit.hash)})`;

function exists(dir: string, before: RunManifest) {
  return settleError(
    "runs/exists",
    `"${dir}" already holds a run of ${nameCircuit(before)}, begun ${before.started}.`,
    {
      help: "Go on with it: --resume. Delete it and start again: --overwrite. Keep it: choose another folder with --run.",
      file: dir,
    },
  );
}

function otherCircuit(dir: string, before: RunManifest, start: RunStart) {
  const message = `"${dir}" holds a run of circuit ${nameCircuit(before)}; this one is ${nameCircuit(start)}.`;
  const changed = before.circuit.name === start.circuit.name ? " The circuit was changed since." : "";
  return settleError("runs/other-circuit", message + changed, {
    help: "Choose another folder with --run, or delete the run that is there with --overwrite. Its circuit is in its run.json.",
    file: runPaths(dir).manifest,
  });
}

function notARun(dir: string, names: readonly string[]) {
  const some = names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ");
  return settleError("runs/not-a-run", `"${dir}" is not empty and not a run folder: it holds ${some}.`, {
    help: "Choose a new or an empty folder with --run; nothing was changed in this one.",
    file: dir,
  });
}
