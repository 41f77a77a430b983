/** Cuts a schedule where what comes next depends on sums over all samples. */
import { arraysOf, type KernelPlan } from "@settle/kernels";
import type { PhaseName } from "@settle/program";
import type { ScheduleEntry } from "@settle/runtime";

/**
 * Parts in each of which all heads may run first, then one group after another through the whole part, then all tails.
 * A phase that writes shared arrays others read ends its part, and is repeated in parts of its own.
 */
export function splitSchedule(
  plan: KernelPlan,
  schedule: readonly ScheduleEntry[],
): readonly (readonly Required<ScheduleEntry>[])[] {
  const parts: Required<ScheduleEntry>[][] = [];
  let open: Required<ScheduleEntry>[] = [];
  for (const { phase, times = 1 } of schedule) {
    if (times < 1) continue;
    if (!changesShared(plan, phase)) {
      open.push({ phase, times });
      continue;
    }
    for (let time = 0; time < times; time++) {
      parts.push([...open, { phase, times: 1 }]);
      open = [];
    }
  }
  return open.length === 0 ? parts : [...parts, open];
}

function changesShared(plan: KernelPlan, name: PhaseName): boolean {
  const { head, merges, tail } = plan.phases[name];
  if (merges.length + tail.length > 0) return true;
  return head.some((kernel) => arraysOf(kernel).writes.some((array) => plan.arrays[array]?.buffer !== undefined));
}
