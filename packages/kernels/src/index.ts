export { arraysOf } from "./arrays-of.ts";
export { interpretPlan, type Evaluate, type PlanInterpreter } from "./interpret-plan.ts";
export type {
  ArrayIndex,
  AxisMeetings,
  AxisTerm,
  ContractKernel,
  ElementMap,
  ElementWork,
  FilterStrides,
  GradientKernel,
  GroupKernel,
  IndexedContractKernel,
  IndexedGradientKernel,
  KernelArray,
  KernelOperand,
  KernelPlan,
  LaneSumKernel,
  MapKernel,
  MaxPoolKernel,
  PhasePlan,
  PositionRun,
  Segment,
  SharedKernel,
  SoftmaxKernel,
  Space,
  TapMeetings,
} from "./kernel-plan.ts";
export { groupCount, lanesToSamples, samplesToLanes } from "./lane-layout.ts";
export { planProgram, type PlanOptions } from "./plan-program.ts";
export { printPlan } from "./print-plan.ts";
export { contractOperations, fillWithNoise, type KernelTime } from "./rehearse.ts";
export { type PhaseParts, phaseParts, type SchedulePiece, splitSchedule } from "./split-schedule.ts";
export { verifyPlan } from "./verify-plan.ts";
