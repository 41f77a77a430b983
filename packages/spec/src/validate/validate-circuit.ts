import { type Diagnostic, formatPointer } from "@settle/diagnostics";
import type { CircuitSpec, ParameterSpec } from "../circuit-spec.ts";
import { circuitSchema } from "../schema/circuit-schema.ts";
import { parametersSchema } from "../schema/parameter-schema.ts";
import { type ChosenParameters, chooseParameters, type GivenParameters } from "../template/choose-parameters.ts";
import { fillParameters, unusedParameters } from "../template/fill-parameters.ts";
import { memorySource, type SourceText } from "../text/source-text.ts";
import { checkMeaning } from "./check-meaning.ts";
import { circuitDocument } from "./document-kind.ts";
import { explainValue } from "./explain-value.ts";
import type { Fault } from "./fault.ts";
import { type FilledDocument, validateDocument } from "./validate-document.ts";

/** States, error nodes and synapses a circuit may have together. */
const maximumParts = 10_000;

export interface CircuitResult {
  /** Absent when a diagnostic is an error. */
  readonly spec?: CircuitSpec;
  /** The parameters the circuit declares, with the values that stand in it now. Absent where it declares none. */
  readonly parameters?: ChosenParameters;
  /** Name of the parameter by JSON pointer of the field that has its value, in a circuit that declares parameters. */
  readonly references?: ReadonlyMap<string, string>;
  /** Every fault, in file order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks that a value is a circuit: its fields, their types and ranges, the text of its expressions. Whether its parts
 * fit each other is for the compiler to say. Where the circuit declares parameters, their values are put in first.
 *
 * @param value   anything; a field that is `undefined` counts as left out
 * @param source  gives faults their line and column; without it they have a JSON pointer
 * @param given   values of parameters; the others have their defaults
 */
export function validateCircuit(
  value: unknown,
  source: SourceText = memorySource(),
  given: GivenParameters = {},
): CircuitResult {
  let parameters: ChosenParameters = {};
  let references: ReadonlyMap<string, string> = new Map();
  const { document, diagnostics } = validateDocument(value, source, {
    kind: circuitDocument,
    schema: circuitSchema,
    checkSize: checkPartCount,
    fill: (written) => {
      const { chosen, references: found, ...filled } = fillCircuit(written as Readonly<Record<string, unknown>>, given);
      parameters = chosen;
      references = found;
      return filled;
    },
    checkMeaning,
  });
  if (document === undefined) return { diagnostics };
  const named = Object.keys(parameters).length === 0 ? {} : { parameters, references };
  return { spec: document as CircuitSpec, ...named, diagnostics };
}

/** The circuit with the values of its parameters in their places, and without their declaration. */
function fillCircuit(
  { parameters = {}, ...written }: Readonly<Record<string, unknown>>,
  given: GivenParameters,
): FilledDocument & { readonly chosen: ChosenParameters; readonly references: ReadonlyMap<string, string> } {
  const undeclared = explainValue(parametersSchema, parameters, ["parameters"]);
  // Without declarations nothing can be said of the places that refer to them.
  if (undeclared.length > 0) {
    return { document: written, chosen: {}, references: new Map(), faults: undeclared, retell: () => undefined };
  }
  const { chosen, faults } = chooseParameters(parameters as Readonly<Record<string, ParameterSpec>>, given);
  const { document, faults: misfits, references } = fillParameters(written, chosen);
  // A misspelt reference leaves its parameter unused: one fault, not two.
  const unused = misfits.length === 0 ? unusedParameters(chosen, references) : [];
  const retell = (fault: Fault): Fault | undefined => {
    const follows = fault.at !== "key" && misfits.some(({ path }) => isInside(fault.path, path));
    return follows ? undefined : withParameter(fault, references);
  };
  return { document, chosen, references, faults: [...faults, ...misfits, ...unused], retell };
}

const isInside = (path: Fault["path"], outer: Fault["path"]): boolean =>
  outer.every((step, index) => path[index] === step);

/** A value that came from a parameter is not where the fault is to be mended. */
function withParameter(fault: Fault, references: ReadonlyMap<string, string>): Fault {
  const lengths = Array.from({ length: fault.path.length + 1 }, (_, length) => length);
  const name = lengths
    .map((length) => references.get(formatPointer(fault.path.slice(0, length))))
    .find((found) => found !== undefined);
  if (name === undefined) return fault;
  const { repair: _, ...rest } = fault;
  return { ...rest, note: `the value of parameter "${name}"` };
}

/** Judged before the fields: to explain each of a million would take minutes. */
function checkPartCount(document: unknown): Fault | undefined {
  const sections = document as Readonly<Record<string, unknown>>;
  let count = 0;
  for (const section of ["states", "errors", "synapses", "laterals"]) {
    const parts = sections[section];
    if (typeof parts === "object" && parts !== null) count += Object.keys(parts).length;
  }
  if (count <= maximumParts) return undefined;
  return {
    code: "schema/too-many-parts",
    path: [],
    message: `The circuit has ${count} states, error nodes and synapses; it may have ${maximumParts}.`,
    help: "a map of many channels is one state, not many.",
  };
}
