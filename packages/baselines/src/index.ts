export { type Baseline, type BaselineKind, baselineKinds, type BaselineOptions, createBaseline } from "./baseline.ts";
export { type BaselineEvaluation, evaluateBaseline, type EvaluateBaselineOptions } from "./evaluate-baseline.ts";
export { type BaselineTrainingOptions, trainBaseline } from "./train-baseline.ts";
