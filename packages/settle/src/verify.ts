/** `settle verify`: what can be proved about a circuit, with the engines of the registry. */
import { compile } from "@settle/compiler";
import type { Engine } from "@settle/runtime";
import { verifyCircuit, type Verification, type VerifyOptions } from "@settle/verify";
import { chooseEngine, loadEngine } from "./choose-engine.ts";
import { CircuitError } from "./circuit-error.ts";
import type { CircuitInput } from "./create-session.ts";
import { engineRegistry } from "./engine-registry.ts";

export { printVerification, type Verification } from "@settle/verify";

export interface VerifySettings extends Pick<VerifyOptions, "onStage" | "signal"> {
  /** Where weights, states and directions come from. Default 1. */
  readonly seed?: number;
  /** Names of engines to compare with the reference engine. Default: all there are; those not here are said to be. */
  readonly engines?: readonly string[];
}

/**
 * Compares a circuit's derived rules with finite differences, its rest with a closed form where it is linear, and every
 * engine with the reference engine, on this very circuit.
 *
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `engine/unknown`
 */
export async function verify(circuit: CircuitInput, settings: VerifySettings = {}): Promise<Verification> {
  const { spec, source } = "spec" in circuit ? circuit : { spec: circuit, source: undefined };
  const compiled = compile(spec, source === undefined ? {} : { source });
  if (!compiled.ok) throw new CircuitError(compiled.diagnostics, source);
  const { engines, seed = 1, ...rest } = settings;
  const reference = await chooseEngine("reference");
  const compared: Engine[] = [];
  if (engines === undefined) {
    for (const entry of engineRegistry) if (entry.name !== "reference") compared.push(await loadEngine(entry));
  } else {
    for (const name of engines) if (name !== "reference") compared.push(await chooseEngine(name));
  }
  return verifyCircuit(compiled, { ...rest, reference, engines: compared, seed });
}
