/** Loads and compiles the circuit a command was given; what is wrong with it is thrown, with all its diagnostics. */
import type { Compiled, LoadedCircuit, LoadOptions } from "@settle/settle";
import type { Context } from "./context.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";

export interface CompiledCircuit {
  readonly circuit: LoadedCircuit;
  readonly compiled: Compiled;
}

/** @throws {CircuitError} */
export async function compileCircuit(
  reference: string,
  context: Context,
  loading: LoadOptions = context.loading,
): Promise<CompiledCircuit> {
  const { CircuitError, compile, loadCircuit } = await import("@settle/settle");
  const circuit = await loadCircuit(reference, loading);
  const compiled = compile(circuit.spec, { source: circuit.source });
  if (!compiled.ok) throw new CircuitError(compiled.diagnostics, circuit.source);
  await renderDiagnostics([...circuit.diagnostics, ...compiled.diagnostics], circuit.source, context);
  return { circuit, compiled };
}
