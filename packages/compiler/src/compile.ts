/** The whole pipeline: CircuitSpec → NormalCircuit → CircuitGraph → Equations → Program. */
import { type Diagnostic, hasErrors, sortDiagnostics } from "@settle/diagnostics";
import type { Mode, Program } from "@settle/program";
import { type CircuitSpec, memorySource, type SourceText } from "@settle/spec";
import { analyze, type CircuitAnalysis } from "./analyze.ts";
import { assertEquations } from "./derive/assert-equations.ts";
import { derive } from "./derive/derive.ts";
import type { Equations } from "./derive/equations.ts";
import { createFaultList, type FaultList } from "./fault.ts";
import { lower, type LowerOptions } from "./lower/lower.ts";
import { assertNormal } from "./normalize/assert-normal.ts";
import type { NormalCircuit } from "./normalize/normal-circuit.ts";
import { normalize } from "./normalize/normalize.ts";
import { assertGraph } from "./resolve/assert-graph.ts";
import type { CircuitGraph } from "./resolve/circuit-graph.ts";
import { resolve } from "./resolve/resolve.ts";

/** What each level is called, with the value it holds. */
export type Level =
  | { readonly level: "normalize"; readonly value: NormalCircuit }
  | { readonly level: "resolve"; readonly value: CircuitGraph }
  | { readonly level: "derive"; readonly value: Equations }
  | { readonly level: "lower"; readonly value: Program };

export interface CompileOptions extends LowerOptions {
  /** Where the circuit was read from, for the places of diagnostics. */
  readonly source?: SourceText;
  /** Sees every level as it is made. */
  readonly observe?: (level: Level) => void;
}

export interface Compiled {
  readonly ok: true;
  readonly normal: NormalCircuit;
  readonly graph: CircuitGraph;
  readonly equations: Equations;
  /** For the modes asked for; by default every observed node is clamped. */
  readonly program: Program;
  readonly analysis: CircuitAnalysis;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** The Program for other modes of the observed nodes. */
  readonly lower: (modes?: Readonly<Record<string, Mode>>) => Program;
}

export type CompileResult = Compiled | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Compiles a circuit. Never throws for a fault of the circuit: all its faults come back as diagnostics, in file order.
 *
 * @param spec  a circuit that fits the schema (see `parseCircuit`, `validateCircuit`)
 */
export function compile(spec: CircuitSpec, options: CompileOptions = {}): CompileResult {
  const { source = memorySource(), observe = () => {}, ...lowering } = options;
  const faults = createFaultList();

  const normal = normalize(spec, faults);
  assertNormal(normal);
  observe({ level: "normalize", value: normal });

  const graph = resolve(normal, faults);
  const diagnostics = diagnosticsOf(faults, source);
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };
  assertGraph(graph);
  observe({ level: "resolve", value: graph });

  const equations = derive(graph);
  assertEquations(equations);
  observe({ level: "derive", value: equations });

  const program = lower(equations, lowering);
  observe({ level: "lower", value: program });

  return {
    ok: true,
    normal,
    graph,
    equations,
    program,
    analysis: analyze(graph, program),
    diagnostics,
    lower: (modes) => lower(equations, { ...lowering, ...(modes === undefined ? {} : { modes }) }),
  };
}

function diagnosticsOf({ faults }: FaultList, source: SourceText): readonly Diagnostic[] {
  return sortDiagnostics(
    faults.map(({ at = "value", pointer, severity = "error", ...rest }): Diagnostic => ({
      ...rest,
      severity,
      ...source.place(pointer, at),
      pointer,
    })),
  );
}
