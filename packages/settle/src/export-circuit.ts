/** What a circuit learned, and what it does, in formats that others read. */
import { closest, settleError } from "@settle/diagnostics";
import type { Mode, Program } from "@settle/program";
import { checkTensors, initialValues, type StoredTensor } from "@settle/runtime";
import { type CircuitInput, programsOf } from "./create-session.ts";

/** `onnx`: the settle with its weights; `npz`, `safetensors`: the weights. */
export const exportFormats = ["onnx", "npz", "safetensors"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportSettings {
  readonly to: ExportFormat;
  /** Default: the initial weights of `seed`. */
  readonly weights?: ReadonlyMap<string, StoredTensor>;
  /** Default 1. */
  readonly seed?: number;
  /** ONNX: what observed nodes do, by state; those left out are clamped. */
  readonly modes?: Readonly<Record<string, Mode>>;
}

/**
 * The bytes of a file.
 *
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `session/unknown-node` for a mode of a state that is not observed; `checkpoint/…` for weights that
 *   are not the circuit's
 */
export async function exportCircuit(circuit: CircuitInput, settings: ExportSettings): Promise<Uint8Array> {
  const { to, weights, seed = 1, modes } = settings;
  const programFor = programsOf(circuit);
  checkModes(programFor(), modes);
  if (weights !== undefined) checkTensors(persistentOf(programFor()), weights);
  const program = programFor(modes);
  if (to === "onnx") return onnxOf(program, weights, seed);
  const { encodeNpz, encodeSafetensors } = await import("@settle/runs");
  const tensors = parametersOf(program, weights, seed);
  if (to === "npz") return encodeNpz(tensors);
  const { name, hash } = program.circuit;
  return encodeSafetensors({ tensors, metadata: { circuit: name, circuit_hash: hash } });
}

/** The settle of a Program as an ONNX model, with these weights or the initial ones. */
export async function onnxOf(
  program: Program,
  weights: ReadonlyMap<string, StoredTensor> | undefined,
  seed: number,
): Promise<Uint8Array> {
  const { exportOnnx } = await import("@settle/onnx");
  const values = new Map([...parametersOf(program, weights, seed)].map(([id, { data }]) => [id, data]));
  // Tensors that never learn are inputs with a law of their own.
  for (const buffer of program.buffers) {
    if (buffer.role === "input" && !buffer.type.batch) values.set(buffer.id, initialValues(buffer, seed));
  }
  return exportOnnx(program, values);
}

function parametersOf(
  program: Program,
  weights: ReadonlyMap<string, StoredTensor> | undefined,
  seed: number,
): ReadonlyMap<string, Pick<StoredTensor, "shape" | "data">> {
  const parameters = program.buffers.filter(({ role }) => role === "parameter");
  return new Map(
    parameters.map((buffer) => {
      const { shape, data } = weights?.get(buffer.id) ?? {
        shape: buffer.type.shape,
        data: initialValues(buffer, seed),
      };
      return [buffer.id, { shape, data }];
    }),
  );
}

const persistentOf = ({ buffers }: Program) => buffers.filter(({ role }) => role === "parameter" || role === "moment");

function checkModes({ observed }: Program, modes: ExportSettings["modes"] = {}): void {
  const known = observed.map(({ state }) => state);
  for (const state of Object.keys(modes)) {
    if (known.includes(state)) continue;
    const near = closest(state, known);
    throw settleError("session/unknown-node", `The circuit has no observed state "${state}".`, {
      help: near === undefined ? `there are ${known.join(", ")}.` : `did you mean "${near}"?`,
    });
  }
}
