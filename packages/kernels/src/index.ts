export { type ElementWork, type GroupKernel, type KernelArray, type KernelOperand, type KernelPlan, type PhasePlan, type Segment, type SharedKernel, type Space } from "./kernel-plan.ts";
export { arraysOf, planProgram, type PlanOptions } from "./plan-program.ts";
