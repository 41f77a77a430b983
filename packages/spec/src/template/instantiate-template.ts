import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { ParameterSpec } from "../circuit-spec.ts";
import { parametersSchema } from "../schema/parameter-schema.ts";
import { memorySource, type SourceText } from "../text/source-text.ts";
import { explainValue } from "../validate/explain-value.ts";
import { placeFault } from "../validate/fault.ts";
import { type CircuitResult, validateCircuit } from "../validate/validate-circuit.ts";
import { chooseParameters, type GivenParameters } from "./choose-parameters.ts";
import type { ParameterValues, Template } from "./define-template.ts";

/**
 * One circuit of a family: checks the values, builds, and validates what was built.
 *
 * @param given  values by name; parameters that are not named have their defaults
 */
export function instantiateTemplate<Parameters extends Readonly<Record<string, ParameterSpec>>>(
  { parameters, build }: Template<Parameters>,
  given: GivenParameters = {},
  source: SourceText = memorySource(),
): CircuitResult {
  const undeclared = explainValue(parametersSchema, parameters, ["parameters"]);
  if (undeclared.length > 0) return { diagnostics: undeclared.map((fault) => placeFault(fault, source)) };
  const { chosen, faults } = chooseParameters(parameters, given);
  if (faults.length > 0) return { diagnostics: faults.map((fault) => placeFault(fault, source)) };
  const values = Object.fromEntries(Object.entries(chosen).map(([name, { value }]) => [name, value]));
  let circuit: unknown;
  try {
    circuit = build(values as ParameterValues<Parameters>);
  } catch (fault) {
    return { diagnostics: [buildThrew(fault, values, source)] };
  }
  const { spec, diagnostics } = validateCircuit(circuit, source);
  return spec === undefined ? { diagnostics } : { spec, parameters: chosen, diagnostics };
}

function buildThrew(fault: unknown, values: Readonly<Record<string, unknown>>, source: SourceText): Diagnostic {
  const what = fault instanceof Error ? fault.message : String(fault);
  const { diagnostic } = settleError("template/build-threw", `The template could not build a circuit: ${what}`, {
    help: `it was called with ${JSON.stringify(values)}; narrow the ranges of its parameters, or mend it.`,
    ...(source.file !== undefined && { file: source.file }),
  });
  return diagnostic;
}
