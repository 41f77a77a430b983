export { analyze, type CircuitAnalysis } from "./analyze.ts";
export type { Fan, NodeFan, TopologyAnalysis } from "./analyze-topology.ts";
export { lowerBackpropagation } from "./backpropagation/lower-backpropagation.ts";
export { compile, type Compiled, type CompileOptions, type CompileResult, type Level } from "./compile.ts";
export { differentiate } from "./derive/differentiate.ts";
export type { Equations, Parameter, ScalarFunction } from "./derive/equations.ts";
export { printEquations } from "./derive/print-equations.ts";
export { printTerm } from "./derive/print-term.ts";
export { simplify } from "./derive/simplify.ts";
export type { Term } from "./derive/term.ts";
export { probeId } from "./lower/buffer-ids.ts";
export type { CircuitDiff, FieldChange, PartChange } from "./diff/circuit-diff.ts";
export { diffCircuits } from "./diff/diff-circuits.ts";
export { printDiff } from "./diff/print-diff.ts";
export { lower, type LowerOptions, type Probe } from "./lower/lower.ts";
export type { NormalCircuit, Origin } from "./normalize/normal-circuit.ts";
export { printNormal } from "./normalize/print-normal.ts";
export { printTableLatex } from "./print-table-latex.ts";
export type {
  CircuitClass,
  CircuitGraph,
  GraphError,
  GraphLateral,
  GraphState,
  GraphSynapse,
} from "./resolve/circuit-graph.ts";
export { printGraph } from "./resolve/print-graph.ts";
export { normalSchedule } from "./normalize/normalize-learning.ts";
