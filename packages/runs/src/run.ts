/** A run folder, open for reading and for adding pictures and a report. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { Checkpoint } from "@settle/runtime";
import { loadCheckpointFile, loadLatestCheckpoint } from "./checkpoint-folder.ts";
import { type CheckpointIndex, readCheckpointIndex } from "./checkpoint-index.ts";
import { encodePng } from "./encode-png.ts";
import { errorCode, fileFault } from "./file-fault.ts";
import { type MetricsRead, readMetrics } from "./metrics-file.ts";
import type { Picture } from "./picture.ts";
import { readManifest, type RunManifest } from "./run-manifest.ts";
import { writeWhole } from "./write-whole.ts";

export interface OpenRunOptions {
  /** Told of damaged checkpoints that were passed over, and the like. Default: nobody. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** Where the parts of a run lie. */
export interface RunPaths {
  readonly manifest: string;
  readonly metrics: string;
  readonly checkpoints: string;
  readonly images: string;
  readonly report: string;
}

export function runPaths(dir: string): RunPaths {
  return {
    manifest: join(dir, "run.json"),
    metrics: join(dir, "metrics.jsonl"),
    checkpoints: join(dir, "checkpoints"),
    images: join(dir, "images"),
    report: join(dir, "report.html"),
  };
}

/**
 * Opens an existing run folder. Takes no lock: a run can be looked at while it is trained.
 *
 * @throws {SettleError} `runs/not-found`, `runs/not-a-run`, `runs/damaged-manifest`, `runs/newer-format`
 */
export async function openRun(dir: string, options: OpenRunOptions = {}): Promise<Run> {
  await requireFolder(dir);
  const manifest = await readManifest(runPaths(dir).manifest);
  if (manifest === undefined) {
    throw settleError("runs/not-a-run", `"${dir}" is not a run folder: it has no run.json.`, {
      help: "Name the folder that was given to `settle train --run`.",
      file: dir,
    });
  }
  return new Run(dir, manifest, options.onDiagnostic);
}

/** What an open run folder can do without training; see `openRun`. */
export class Run {
  readonly dir: string;
  readonly paths: RunPaths;
  protected readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  #manifest: RunManifest;

  constructor(dir: string, manifest: RunManifest, onDiagnostic: (diagnostic: Diagnostic) => void = () => undefined) {
    this.dir = dir;
    this.paths = runPaths(dir);
    this.onDiagnostic = onDiagnostic;
    this.#manifest = manifest;
  }

  get manifest(): RunManifest {
    return this.#manifest;
  }

  protected set manifest(manifest: RunManifest) {
    this.#manifest = manifest;
  }

  /** Everything in `metrics.jsonl` that can be read; what cannot is told to `onDiagnostic`. */
  async readMetrics(): Promise<MetricsRead["lines"]> {
    const { lines, diagnostics } = await readMetrics(this.paths.metrics);
    for (const diagnostic of diagnostics) this.onDiagnostic(diagnostic);
    return lines;
  }

  checkpoints(): Promise<CheckpointIndex> {
    return readCheckpointIndex(this.paths.checkpoints);
  }

  /**
   * The newest whole checkpoint; `undefined` if none was ever saved.
   * @throws {SettleError} `runs/damaged-checkpoint` when there are some but all are damaged; `runs/other-circuit`
   */
  async loadLatest(): Promise<Checkpoint | undefined> {
    return this.#ofThisCircuit(await loadLatestCheckpoint(this.paths.checkpoints, this.onDiagnostic));
  }

  /** The checkpoint with the lowest validation (else training) discrepancy; the latest if none has a score. */
  async loadBest(): Promise<Checkpoint | undefined> {
    const { best } = await this.checkpoints();
    if (best === undefined) return this.loadLatest();
    return this.#ofThisCircuit(await loadCheckpointFile(this.paths.checkpoints, best));
  }

  /** Writes `images/<name>.png`. @returns its path. @throws {SettleError} as `writeWhole` */
  async writePicture(name: string, picture: Picture): Promise<string> {
    const path = join(this.paths.images, `${name}.png`);
    await writeWhole(path, encodePng(picture), "write the picture");
    return path;
  }

  #ofThisCircuit(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
    const { circuit } = this.#manifest;
    if (checkpoint === undefined || checkpoint.circuit.hash === circuit.hash) return checkpoint;
    const theirs = `"${checkpoint.circuit.name}" (${shortHash(checkpoint.circuit.hash)})`;
    const ours = `"${circuit.name}" (${shortHash(circuit.hash)})`;
    throw settleError(
      "runs/other-circuit",
      `The checkpoints in "${this.dir}" are of circuit ${theirs}, the run is of ${ours}.`,
      {
        help: "Files of two runs were mixed: take the checkpoints away, or start again with --overwrite.",
        file: this.paths.checkpoints,
      },
    );
  }
}

/** Enough of a hash to tell two circuits apart. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

async function requireFolder(dir: string): Promise<void> {
  try {
    if ((await stat(dir)).isDirectory()) return;
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw fileFault(error, dir, "open the run");
    throw settleError("runs/not-found", `There is no folder "${dir}".`, {
      help: "Train one first: settle train CIRCUIT --data DATA --run DIR.",
      file: dir,
    });
  }
  throw settleError("runs/not-a-folder", `"${dir}" is a file, not a run folder.`, {
    help: "Name the folder that was given to `settle train --run`.",
    file: dir,
  });
}
