/** The circuits of an experiment: loaded, changed, checked, compiled. */
import { type Diagnostic, formatPointer, hasErrors, parsePointer } from "@settle/diagnostics";
import { type CircuitAnalysis, compile, readCircuit } from "@settle/settle";
import { type CircuitSpec, validateCircuit } from "@settle/spec";
import type { VariantSpec } from "../experiment-spec.ts";
import type { LoadedExperiment } from "../load-experiment.ts";
import { changeCircuit } from "./change-circuit.ts";
import { placeInVariant } from "./place-in-variant.ts";

/** One circuit of the comparison. */
export interface VariantCircuit {
  readonly id: string;
  readonly title: string;
  readonly spec: CircuitSpec;
  readonly analysis: CircuitAnalysis;
  /** Name of the circuit it was made from. */
  readonly base: string;
  /** Whether the experiment changes it. */
  readonly changed: boolean;
}

export type VariantResult =
  | { readonly ok: true; readonly variant: VariantCircuit }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Never throws for a fault of the user's. Diagnostics name the variant and its place in the experiment. */
export async function variantCircuit(
  id: string,
  variant: VariantSpec,
  experiment: LoadedExperiment,
): Promise<VariantResult> {
  const read = await readCircuit(variant.circuit, {
    from: experiment.folder,
    ...(variant.parameters !== undefined && { parameters: variant.parameters }),
  });
  if (!read.ok)
    return { ok: false, diagnostics: read.diagnostics.map((each) => baseFault(each, id, variant, experiment)) };
  const { value, faults } = changeCircuit(read.spec, variant);
  if (faults.length > 0) {
    const diagnostics = faults.map(({ path, message }) => ({
      code: "experiment/bad-patch",
      severity: "error" as const,
      message: `The circuit "${id}" cannot be made: ${message}.`,
      help: `the pointers are into "${variant.circuit}", changed by \`merge\` and the operations before.`,
      ...experiment.source.place(formatPointer(["circuits", id, ...path]), "value"),
    }));
    return { ok: false, diagnostics };
  }
  const changed = [variant.parameters, variant.merge, variant.patch].some((each) => each !== undefined);
  const checked = checkCircuit(value);
  if (!checked.ok) {
    const diagnostics = checked.diagnostics.map((each) => variantFault(each, id, variant, experiment));
    return { ok: false, diagnostics };
  }
  const { spec, analysis } = checked;
  return {
    ok: true,
    variant: { id, title: variant.title ?? id, spec, analysis, base: read.spec.name, changed },
  };
}

export type CheckedCircuit =
  | { readonly ok: true; readonly spec: CircuitSpec; readonly analysis: CircuitAnalysis }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Whether a value is a circuit that compiles. */
export function checkCircuit(value: unknown): CheckedCircuit {
  const { spec, diagnostics } = validateCircuit(value);
  if (spec === undefined) return { ok: false, diagnostics };
  const compiled = compile(spec);
  if (!compiled.ok || hasErrors(compiled.diagnostics)) {
    return { ok: false, diagnostics: compiled.diagnostics.filter(({ severity }) => severity === "error") };
  }
  return { ok: true, spec, analysis: compiled.analysis };
}

/** The circuit file itself is at fault: its own place says more than the experiment's. */
function baseFault(fault: Diagnostic, id: string, variant: VariantSpec, { source }: LoadedExperiment): Diagnostic {
  const message = `The circuit "${id}" cannot be made: ${fault.message}`;
  // What was given for a parameter is written in the experiment.
  const given = givenAt(fault, variant);
  if (given !== undefined)
    return { ...withoutPlace(fault), message, ...source.place(formatPointer(["circuits", id, ...given]), "value") };
  if (fault.file !== undefined && fault.line !== undefined) return { ...fault, message };
  return { ...withoutPlace(fault), message, ...source.place(formatPointer(["circuits", id, "circuit"]), "value") };
}

function givenAt({ code, pointer }: Diagnostic, { parameters = {} }: VariantSpec): readonly string[] | undefined {
  if (code === "template/unknown-parameter" && pointer === "/parameters") return ["parameters"];
  const [section, name = ""] = parsePointer(pointer);
  const ofValue = code === "template/wrong-type" || code === "template/out-of-range";
  return ofValue && section === "parameters" && Object.hasOwn(parameters, name) ? ["parameters", name] : undefined;
}

function withoutPlace(fault: Diagnostic): Omit<Diagnostic, "file" | "line" | "column" | "length"> {
  const { file: _file, line: _line, column: _column, length: _length, ...rest } = fault;
  return rest;
}

function variantFault(fault: Diagnostic, id: string, variant: VariantSpec, { source }: LoadedExperiment): Diagnostic {
  // A repair would be of the circuit that was made, not of the file.
  const { repair: _repair, file: _file, line: _line, column: _column, length: _length, ...rest } = fault;
  const path = placeInVariant(variant, fault.pointer);
  const where = fault.pointer === "" ? "" : ` (at "${fault.pointer}" of the circuit)`;
  return {
    ...rest,
    message: `The circuit "${id}" is not valid: ${fault.message}`,
    help: `${fault.help ?? "mend it."}${where}`,
    ...source.place(formatPointer(["circuits", id, ...path]), "value"),
  };
}
