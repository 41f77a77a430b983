/** Who takes part in which case, and how each is started. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkerCommand } from "./contender-process.ts";
import type { Contender } from "./run-contenders.ts";

/** One table of the report. */
export interface Case {
  /** Of `problems`. */
  readonly problem: string;
  readonly batch: number;
  readonly threads: number;
}

export interface PeerPlaces {
  /** A Python with JAX, PyTorch or both. */
  readonly python?: string;
  /** A folder from which `onnxruntime-node` can be loaded. */
  readonly onnxruntime?: string;
}

/** Name of the contender that does nothing but multiply and add. */
export const peakName = "multiply-add peak";

const here = fileURLToPath(new URL(".", import.meta.url));
const jiti = join(createRequire(import.meta.url).resolve("jiti/package.json"), "..", "lib", "jiti-cli.mjs");
/** tfjs on WebAssembly takes seconds for a hundred images: no larger batch tells more. */
const mostForTfjs = 100;

/**
 * @param problem the case's problem as a file
 * @param peak    the built program, if there is a compiler
 */
export function contendersOf(
  { problem: name, batch, threads }: Case,
  { problem, peak, places }: { readonly problem: string; readonly peak?: string; readonly places: PeerPlaces },
): readonly Contender[] {
  const one = (title: string, command: WorkerCommand): Contender => ({
    name: title,
    workers: [pinned(command, threads)],
  });
  const ours = (engine: string, work = "settle"): Contender => {
    const title = work === "settle" ? `settle ${engine}` : `settle ${engine}, ${work.replace("-", " ")}`;
    const contender = one(title, script("settle-worker.ts", { engine, problem, threads, work }));
    return work === "learn" ? { ...contender, unchecked: true } : contender;
  };
  const python = (library: "jax" | "torch", form: string): Contender => {
    const label = library === "jax" ? "JAX" : "PyTorch";
    return one(`${label} ${form}`, {
      program: places.python ?? "python3",
      args: [join(here, "worker.py"), ...flags({ library, form, problem, threads })],
      environment: { PYTHONDONTWRITEBYTECODE: "1" },
    });
  };
  const onnx = (title: string, workers: number, each: number, form: string): Contender => ({
    name: title,
    workers: Array.from({ length: workers }, (_, i) => {
      const range = { first: Math.floor((i * batch) / workers), last: Math.floor(((i + 1) * batch) / workers) };
      const modules = places.onnxruntime ?? process.cwd();
      return pinned(script("onnx-worker.ts", { modules, problem, threads: each, form, ...range }), threads);
    }),
  });
  const tfjs = batch <= mostForTfjs ? [ours("tfjs:wasm")] : [];
  const peaks = peak === undefined ? [] : [yardstick(peak, threads)];
  const engines = [ours("native"), ours("wasm"), ours("wasm:plain"), ours("tfjs:node"), ...tfjs];
  const work = [
    ours("native", "new-arrays"),
    ours("native", "discrepancy"),
    ours("native", "learn"),
    ours("wasm", "new-arrays"),
    ours("wasm", "discrepancy"),
    ours("wasm", "learn"),
  ];
  if (name !== "conv-ngc") {
    return [
      ...peaks,
      ...engines,
      ...work,
      python("torch", "eager"),
      python("torch", "compiled"),
      python("jax", "plain"),
    ];
  }
  const inPieces = [10, 50].filter((size) => size < batch);
  const loop = batch > 25 * threads ? "loop/25" : "loop";
  return [
    ...peaks,
    ...engines,
    ...work,
    ...["eager", "tuned", "compiled"].map((form) => python("torch", form)),
    ...(batch > 10 ? [python("torch", "compiled-columns/10")] : []),
    ...["dilated", "columns", ...inPieces.map((size) => `columns/${size}`)].map((form) => python("jax", form)),
    ...(batch <= mostForTfjs ? [one("tfjs-wasm ops", script("tfjs-worker.ts", { problem }))] : []),
    onnx("onnxruntime-node loop", 1, threads, "loop"),
    onnx("onnxruntime-node unrolled", 1, threads, "unrolled"),
    ...(batch > 25 ? [onnx("onnxruntime-node loop/25", 1, threads, "loop/25")] : []),
    ...(threads > 1 && batch >= threads
      ? [onnx(`onnxruntime-node ${loop}, ${threads} processes`, threads, 1, loop)]
      : []),
  ];
}

function yardstick(program: string, threads: number): Contender {
  return { name: peakName, workers: [pinned({ program, args: [String(threads)] }, threads)], unchecked: true };
}

function script(file: string, options: Readonly<Record<string, string | number>>): WorkerCommand {
  return {
    program: process.execPath,
    args: [jiti, join(here, file), ...flags(options)],
    // The packages are JavaScript already, and are timed as Node runs them.
    environment: { JITI_TRY_NATIVE: "true" },
  };
}

function flags(options: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Kept to as many cores as there are threads: not every library can be told how many to start. */
function pinned(command: WorkerCommand, threads: number): WorkerCommand {
  if (threads >= availableParallelism() || !hasTaskset()) return command;
  const cores = threads === 1 ? "0" : `0-${threads - 1}`;
  return { ...command, program: "taskset", args: ["-c", cores, command.program, ...command.args] };
}

let taskset: boolean | undefined;
function hasTaskset(): boolean {
  if (taskset !== undefined) return taskset;
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    return (taskset = true);
  } catch {
    return (taskset = false);
  }
}
