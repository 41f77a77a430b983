export { type ArrayField, arraySource } from "./array-source.ts";
export { checkTensors } from "./check-tensors.ts";
export { chooseEngine, type EngineChoice, type ProbedEngine, probeEngines } from "./choose-engine.ts";
export { checkSource, type DataBatch } from "./data-batch.ts";
export type { Discrepancy, DiscrepancySum } from "./discrepancy.ts";
export type {
  Engine,
  EngineInfo,
  EngineStatus,
  Executable,
  LoadOptions,
  NumberArray,
  RunRequest,
  ScheduleEntry,
} from "./engine.ts";
export { type EvaluatedBatch, evaluate, type EvaluationOptions, type EvaluationResult } from "./evaluate.ts";
export { lentArray } from "./lent-array.ts";
export { createMemoryStore, type MemoryStore } from "./memory-store.ts";
export type { Modes } from "./modes.ts";
export { type BatchNoiseKey, initialValues, permutation, sampleNormals, sampleUniforms } from "./noise.ts";
export { RequestCheck } from "./request-check.ts";
export { Turns } from "./turns.ts";
export { type NoiseKey, type RandomStream, randomStream } from "./random-stream.ts";
export type { Checkpoint, MetricsLine, RunStore, StoredTensor, TrainingPlan, TrainingPosition } from "./run-store.ts";
export type { SampleSource } from "./sample-source.ts";
export { type DivergedSample, divergenceDiagnostic, remedyOf, type SampleStatus } from "./sample-status.ts";
export {
  createSession,
  type LearnOptions,
  type LearnResult,
  type Parameters,
  type ProjectOptions,
  type ProjectResult,
  type Session,
  type SessionOptions,
  type SettleOptions,
  type SettleResult,
  type TraceEvent,
  type Wanted,
} from "./session.ts";
export type { StabilityEstimate, StabilityOptions } from "./stability.ts";
export { train, type TrainingOptions, type TrainingResult, type TrainingSummary } from "./train.ts";
export type { TrainingEvent } from "./training-event.ts";
