export { type Baseline, type BaselineKind, baselineKinds, type BaselineOptions, createBaseline } from "./baseline.ts";
export { baselineHash, createBaselineSession } from "./baseline-session.ts";
export { type BaselineEvaluation, evaluateBaseline, type EvaluateBaselineOptions } from "./evaluate-baseline.ts";
export type { PartPlan, PartResult, ScoredTest } from "./reproduce/part.ts";
export type { Recipe } from "./reproduce/recipe.ts";
export { reproduce, type ReproduceOptions, type Reproduction } from "./reproduce/reproduce.ts";
export type { Size } from "./reproduce/size.ts";
export { contendersOf, setsOf, type TableDefinition, tables } from "./reproduce/tables.ts";
export { type BaselineTrainingOptions, trainBaseline } from "./train-baseline.ts";
