/** A circuit, compiled and loaded on an engine. */
import { compile } from "@settle/compiler";
import type { Program } from "@settle/program";
import { type CircuitSpec, type SourceText } from "@settle/spec";
import { createSession as createRuntimeSession, type Engine, type Modes, type Session } from "@settle/runtime";
import { chooseEngine } from "./choose-engine.ts";
import { CircuitError } from "./circuit-error.ts";

export interface SessionSettings {
  /** A name (`tfjs:wasm`), `auto` (default: the fastest that works here), or an engine of your own. */
  readonly engine?: string | Engine;
  /** Where initial weights and all noise come from. Default 1. */
  readonly seed?: number;
  readonly threads?: number;
  /** Most samples computed together; larger batches are split. Default: no limit. */
  readonly microBatch?: number;
}

/** What `loadCircuit` returns, or a circuit made with `defineCircuit`. */
export type CircuitInput = CircuitSpec | { readonly spec: CircuitSpec; readonly source?: SourceText };

/**
 * Compiles a circuit and loads it on an engine, with freshly drawn weights.
 *
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `engine/unknown`, `engine/unavailable`, `engine/unsupported`
 */
export async function createSession(circuit: CircuitInput, settings: SessionSettings = {}): Promise<Session> {
  const { engine = "auto", seed = 1, threads, microBatch } = settings;
  return createRuntimeSession({
    programFor: programsOf(circuit),
    engine: typeof engine === "string" ? await chooseEngine(engine) : engine,
    seed,
    ...(threads !== undefined && { threads }),
    ...(microBatch !== undefined && { microBatch }),
  });
}

/**
 * The Programs of a circuit, by what its observed nodes do.
 * @throws {CircuitError} with every fault of the circuit
 */
export function programsOf(circuit: CircuitInput): (modes?: Modes) => Program {
  const { spec, source } = "spec" in circuit ? circuit : { spec: circuit, source: undefined };
  const compiled = compile(spec, source === undefined ? {} : { source });
  if (!compiled.ok) throw new CircuitError(compiled.diagnostics, source);
  return (modes) => (modes === undefined ? compiled.program : compiled.lower(modes));
}
