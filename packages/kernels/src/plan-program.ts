/** Program → KernelPlan. */
import { type BufferId, type PhaseName, phaseNames, type Program, sizeOf } from "@settle/program";
import { carryMaps } from "./carry-maps.ts";
import type { ArrayIndex, KernelArray, KernelPlan, PhasePlan, Space } from "./kernel-plan.ts";
import { placeTemporaries } from "./place-temporaries.ts";
import type { ArrayTable } from "./phase-values.ts";
import { planPhase } from "./plan-phase.ts";

export interface PlanOptions {
  /** Samples in a group: the width of the machine's vectors, or a multiple of it. */
  readonly lanes: number;
  /** Whether a step leaves functions of states behind for the next step. Default false. */
  readonly carry?: boolean;
}

/** @throws {SettleError} `engine/unsupported` naming what kernels cannot express */
export function planProgram(program: Program, { lanes, carry = false }: PlanOptions): KernelPlan {
  const drafts: Omit<KernelArray, "offset">[] = [];
  const byBuffer = new Map<BufferId, ArrayIndex>();
  for (const buffer of program.buffers) {
    byBuffer.set(buffer.id, drafts.length);
    const space: Space = buffer.type.batch ? "group" : "shared";
    drafts.push({ id: buffer.id, space, elements: sizeOf(buffer.type.shape), buffer: buffer.id });
  }
  const arrays: ArrayTable = {
    add: (id, space, elements) => drafts.push({ id, space, elements }) - 1,
    ofBuffer: (buffer) => {
      const array = byBuffer.get(buffer);
      if (array === undefined) throw new Error(`kernel fault: there is no buffer ${buffer}`);
      return array;
    },
  };
  const phases = Object.fromEntries(phaseNames.map((name) => [name, planPhase(program, name, arrays)])) as Readonly<
    Record<PhaseName, PhasePlan>
  >;
  const carrying = carry ? { ...phases, step: carryMaps(phases.step, drafts) } : phases;
  return { lanes, ...placeTemporaries(drafts, carrying, lanes), phases: carrying };
}
