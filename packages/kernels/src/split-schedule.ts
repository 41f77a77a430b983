/** Which parts of a schedule one lane group may go through before the next begins. */
import type { PhaseName } from "@settle/program";
import type { KernelPlan } from "./kernel-plan.ts";

export type SchedulePiece = readonly { readonly phase: PhaseName; readonly times: number }[];

/**
 * A phase that ends in work on shared arrays ends its piece, and is run once in it: what comes after may read its
 * results. A phase without work on groups is a piece of its own. There is always at least one piece.
 */
export function splitSchedule(
  schedule: readonly { readonly phase: PhaseName; readonly times?: number }[],
  plan: KernelPlan,
): readonly SchedulePiece[] {
  const pieces: { phase: PhaseName; times: number }[][] = [];
  let open: { phase: PhaseName; times: number }[] | undefined;
  for (const { phase, times = 1 } of schedule) {
    const { group, merges, tail } = plan.phases[phase];
    const ends = merges.length > 0 || tail.length > 0;
    if (!ends && group.length > 0) {
      if (open === undefined) pieces.push((open = []));
      open.push({ phase, times });
      continue;
    }
    for (let time = 0; time < times; time++) {
      if (group.length > 0 && open !== undefined) open.push({ phase, times: 1 });
      else pieces.push([{ phase, times: 1 }]);
      open = undefined;
    }
  }
  return pieces.length > 0 ? pieces : [[]];
}
