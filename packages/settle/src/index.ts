export {
  type CircuitAnalysis,
  type CircuitDiff,
  compile,
  type Compiled,
  diffCircuits,
  printDiff,
  printEquations,
} from "@settle/compiler";
export {
  type Diagnostic,
  diagnosticsJson,
  hasErrors,
  renderDiagnostic,
  SettleError,
  settleError,
} from "@settle/diagnostics";
export { drawCircuit, drawDiff } from "@settle/draw";
export { serializeProgram, weightShape } from "@settle/program";
export {
  type Engine,
  type SampleSource,
  type Session,
  type StabilityEstimate,
  train,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingResult,
} from "@settle/runtime";
export {
  type ChosenParameter,
  type ChosenParameters,
  circuitJsonSchema,
  type CircuitSpec,
  defineCircuit,
  defineTemplate,
  DocumentError,
  type GivenParameters,
  instantiateTemplate,
  parseCircuit,
  type ParameterValue,
  rangeOf,
  type SourceText,
  type Template,
} from "@settle/spec";
export { checkCircuit, type CheckResult } from "./check-circuit.ts";
export { chooseEngine, type EngineReport, engines } from "./choose-engine.ts";
export { clearKernelCache } from "./clear-kernel-cache.ts";
export { CircuitError } from "./circuit-error.ts";
export { circuitSchemaFile, copyCircuit } from "./copy-circuit.ts";
export {
  backpropagationOf,
  type CircuitInput,
  createSession,
  programsOf,
  type SessionSettings,
} from "./create-session.ts";
export { emitCode, type EmittedCode } from "./emit-code.ts";
export { type EngineEntry, engineRegistry } from "./engine-registry.ts";
export { estimateStability } from "./estimate-stability.ts";
export { evaluate, type EvaluateOptions, type Evaluation, type SampleImages } from "./evaluate.ts";
export { exportCircuit, type ExportFormat, exportFormats, type ExportSettings } from "./export-circuit.ts";
export { explain, type ExplainFormat, explainFormats, explainLevels, type Level } from "./explain.ts";
export { fixCircuit, fixDocument, type FixResult, type Judge } from "./fix-circuit.ts";
export { loadCircuit, type LoadedCircuit, type LoadOptions, readCircuit, type ReadResult } from "./load-circuit.ts";
export { type CircuitOrRun, openCircuitOrRun, weightsOfFile, weightsOfRun } from "./open-circuit-or-run.ts";
export { loadModule, type LoadModuleOptions } from "./load-module.ts";
export { openDataset } from "./open-dataset.ts";
export { predefinedCircuits } from "./predefined-circuits.ts";
export { readSchedule } from "./read-schedule.ts";
export { citeCircuit, parseBibliography, type Reference } from "./references.ts";
export { settleVersion, startRun, type StartRunOptions } from "./start-run.ts";
export type { ScoreName, Scores, TaskOptions } from "./tasks/task.ts";
export { type Task, taskRegistry, tasks } from "./tasks/task-registry.ts";
export { printVerification, type Verification, verify, type VerifySettings } from "./verify.ts";
export { type FitOptions, type GaussianMixture, type MixtureFit } from "./sample/gaussian-mixture.ts";
export {
  type DensityEstimate,
  type DensityOptions,
  estimateDensity,
  type Likelihood,
} from "./sample/estimate-density.ts";
export { fitLatentPrior, type LatentPrior, type LatentPriorOptions } from "./sample/latent-prior.ts";
