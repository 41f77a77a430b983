/** Which parts of a schedule one lane group may go through before the next begins. */
import { type PhaseName, phaseNames } from "@settle/program";
import type { KernelPlan } from "./kernel-plan.ts";

/** By phase, whether it works on lane groups, and whether it ends in work on shared arrays. */
export type PhaseParts = Readonly<Record<PhaseName, { readonly group: boolean; readonly end: boolean }>>;

export function phaseParts({ phases }: KernelPlan): PhaseParts {
  const entries = phaseNames.map((phase) => {
    const { group, merges, tail } = phases[phase];
    return [phase, { group: group.length > 0, end: merges.length + tail.length > 0 }] as const;
  });
  return Object.fromEntries(entries) as PhaseParts;
}

export type SchedulePiece = readonly { readonly phase: PhaseName; readonly times: number }[];

/**
 * A phase that ends in work on shared arrays ends its piece, and is run once in it: what comes after may read its
 * results. A phase without work on groups is a piece of its own. There is always at least one piece.
 */
export function splitSchedule(
  schedule: readonly { readonly phase: PhaseName; readonly times?: number }[],
  parts: PhaseParts,
): readonly SchedulePiece[] {
  const pieces: { phase: PhaseName; times: number }[][] = [];
  let open: { phase: PhaseName; times: number }[] | undefined;
  for (const { phase, times = 1 } of schedule) {
    const { group, end } = parts[phase];
    if (group && !end) {
      if (open === undefined) pieces.push((open = []));
      open.push({ phase, times });
      continue;
    }
    for (let time = 0; time < times; time++) {
      if (group && open !== undefined) open.push({ phase, times: 1 });
      else pieces.push([{ phase, times: 1 }]);
      open = undefined;
    }
  }
  return pieces.length > 0 ? pieces : [[]];
}
