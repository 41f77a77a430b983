/** A circuit, compiled and loaded on an engine. */
import { compile, type Compiled, lowerBackpropagation } from "@settle/compiler";
import { settleError } from "@settle/diagnostics";
import type { Backpropagation, Program } from "@settle/program";
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
  /**
   * `local` (default): by the circuit's own rules. `backpropagation`: by the gradient of what it makes of the data, through
   * all steps of its settle: a control for the rules. An update takes 4 to 20 times as long.
   */
  readonly learning?: "local" | "backpropagation";
}

/** What `loadCircuit` returns, or a circuit made with `defineCircuit`. */
export type CircuitInput = CircuitSpec | { readonly spec: CircuitSpec; readonly source?: SourceText };

/**
 * Compiles a circuit and loads it on an engine, with freshly drawn weights.
 *
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `engine/unknown`, `engine/unavailable`, `engine/unsupported`, `session/no-backpropagation`
 */
export async function createSession(circuit: CircuitInput, settings: SessionSettings = {}): Promise<Session> {
  const { engine = "auto", seed = 1, threads, microBatch, learning = "local" } = settings;
  return createRuntimeSession({
    programFor: programsOf(circuit),
    engine: typeof engine === "string" ? await chooseEngine(engine) : engine,
    seed,
    ...(threads !== undefined && { threads }),
    ...(microBatch !== undefined && { microBatch }),
    ...(learning === "backpropagation" && { backpropagation: backpropagationOf(circuit) }),
  });
}

/**
 * The Programs of a circuit, by what its observed nodes do.
 * @throws {CircuitError} with every fault of the circuit
 */
export function programsOf(circuit: CircuitInput): (modes?: Modes) => Program {
  const compiled = compiledOf(circuit);
  return (modes) => (modes === undefined ? compiled.program : compiled.lower(modes));
}

/**
 * The Programs that train a circuit by backpropagation through its settle.
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `session/no-backpropagation` where it is not defined
 */
export function backpropagationOf(circuit: CircuitInput): Backpropagation {
  const compiled = compiledOf(circuit);
  const lowered = lowerBackpropagation(compiled.equations);
  if (lowered.ok) return lowered.value;
  throw settleError(
    "session/no-backpropagation",
    `"${compiled.graph.name}" cannot be trained by backpropagation: ${lowered.reason}.`,
    { help: lowered.help },
  );
}

function compiledOf(circuit: CircuitInput): Compiled {
  const { spec, source } = "spec" in circuit ? circuit : { spec: circuit, source: undefined };
  const compiled = compile(spec, source === undefined ? {} : { source });
  if (!compiled.ok) throw new CircuitError(compiled.diagnostics, source);
  return compiled;
}
