/** From what a person types after `settle eval`: a run folder, or a circuit. */
import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { Run } from "@settle/runs";
import type { StoredTensor } from "@settle/runtime";
import { parseCircuit } from "@settle/spec";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CircuitError } from "./circuit-error.ts";
import { loadCircuit, type LoadedCircuit, type LoadOptions } from "./load-circuit.ts";

export interface CircuitOrRun {
  readonly circuit: LoadedCircuit;
  /** Absent for a bare circuit. */
  readonly run?: Run;
}

export interface OpenOptions extends LoadOptions {
  /** Told of what was passed over, such as a damaged checkpoint. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** @throws {SettleError} `runs/…` for a folder that is no run; CircuitError for a circuit that cannot be used */
export async function openCircuitOrRun(reference: string, options: OpenOptions = {}): Promise<CircuitOrRun> {
  const path = resolve(options.from ?? process.cwd(), reference);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return { circuit: await loadCircuit(reference, options) };
  const { onDiagnostic } = options;
  const { openRun } = await import("@settle/runs");
  const run = await openRun(path, onDiagnostic === undefined ? {} : { onDiagnostic });
  const { file = run.paths.manifest, source: text, parameters: given = {} } = run.manifest.circuit;
  const { spec, parameters = {}, diagnostics, source } = parseCircuit(text, { file, parameters: given });
  if (spec === undefined) throw new CircuitError(diagnostics, source);
  return { circuit: { spec, file, source, parameters, diagnostics }, run };
}

/**
 * The newest weights of a run.
 * @throws {SettleError} `runs/no-weights`, `runs/damaged-checkpoint`
 */
export async function weightsOfRun(run: Run): Promise<ReadonlyMap<string, StoredTensor>> {
  const checkpoint = await run.loadLatest();
  if (checkpoint !== undefined) return checkpoint.tensors;
  throw settleError("runs/no-weights", `The run in "${run.dir}" has no checkpoint yet.`, {
    file: run.dir,
    help: "train it first, or name weights with --weights.",
  });
}

/**
 * Weights from a `.safetensors` file (a checkpoint, or bare tensors named as the circuit's parameters are) or from an
 * `.npz` file. What it is shows in its first bytes, not in its name.
 * @throws {SettleError} `runs/damaged-tensors`, `runs/not-found`, …
 */
export async function weightsOfFile(
  file: string,
  { from }: LoadOptions = {},
): Promise<ReadonlyMap<string, StoredTensor>> {
  const { decodeCheckpoint, decodeNpz, decodeSafetensors, fileFault } = await import("@settle/runs");
  const bytes = await readFile(resolve(from ?? process.cwd(), file)).catch((fault: unknown) => {
    throw fileFault(fault, file, "read the weights");
  });
  const bare = (tensors: ReturnType<typeof decodeNpz>): ReadonlyMap<string, StoredTensor> =>
    new Map([...tensors].map(([id, tensor]) => [id, { role: "parameter", ...tensor }]));
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return bare(decodeNpz(bytes, file));
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (metadata["format"] === "settle-checkpoint") return decodeCheckpoint(bytes, file).tensors;
  return bare(tensors);
}
