export { arraysOf } from "./arrays-of.ts";
export { interpretPlan, type Evaluate, type PlanInterpreter } from "./interpret-plan.ts";
export type {
  ArrayIndex,
  ContractKernel,
  ElementMap,
  ElementWork,
  GradientKernel,
  GroupKernel,
  KernelArray,
  KernelOperand,
  KernelPlan,
  LaneSumKernel,
  MapKernel,
  PhasePlan,
  PositionRun,
  Segment,
  SharedKernel,
  SoftmaxKernel,
  Space,
} from "./kernel-plan.ts";
export { groupCount, lanesToSamples, samplesToLanes } from "./lane-layout.ts";
export { planProgram, type PlanOptions } from "./plan-program.ts";
export { printPlan } from "./print-plan.ts";
export { type SchedulePiece, splitSchedule } from "./split-schedule.ts";
export { verifyPlan } from "./verify-plan.ts";
