/** Compiles a circuit that is in order. */
import { compile, type Compiled } from "@settle/compiler";
import { validateCircuit } from "@settle/spec";

export function compiled(circuit: object): Compiled {
  const { spec, diagnostics } = validateCircuit(circuit);
  if (spec === undefined) throw new Error(JSON.stringify(diagnostics));
  const result = compile(spec);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result;
}
