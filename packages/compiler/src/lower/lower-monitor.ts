/**
 * What a step keeps about each sample: whether it has settled or diverged, and when. All of it is one number per sample
 * and stays inside the engine.
 *
 * A sample has *diverged* when its discrepancy is not finite, or has risen steadily: in each of the last steps (20, or
 * 3/β if that is more), each time by at least as much as the time before, to more than twice its lowest. A discrepancy
 * that climbs to a plateau rises by less and less and does not count; with an own-error term a free start has passed its
 * steepest rise within 1/β steps. It has *settled* when the relative change stayed under the tolerance for `patience`
 * steps.
 */
import {
  abs,
  add,
  argument,
  constant,
  min,
  mul,
  type ScalarExpression,
  select,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";
import type { NormalSettle } from "../normalize/normal-circuit.ts";
import type { PhaseBuilder } from "./phase-builder.ts";

const ids = {
  status: "monitor/status",
  statusStep: "monitor/status-step",
  discrepancy: "monitor/discrepancy",
  step: "monitor/step",
  lowest: "monitor/lowest",
  rise: "monitor/rise",
  rising: "monitor/rising",
  calm: "monitor/calm",
} as const;

export const monitorBuffers: readonly (readonly [string, string])[] = [
  [ids.status, "0 running, 1 settled, 2 diverged"],
  [ids.statusStep, "step at which the status last changed"],
  [ids.discrepancy, "total discrepancy before the latest step"],
  [ids.step, "steps taken"],
  [ids.lowest, "lowest total discrepancy so far"],
  [ids.rise, "how much the discrepancy rose in the latest step"],
  [ids.rising, "steps in a row in which it rose by no less than before"],
  [ids.calm, "steps in a row in which it changed by less than the tolerance"],
];

const perSample: ValueType = { batch: true, shape: [] };
/** Above any discrepancy a float32 can hold without overflowing soon after. */
const huge = 1e38;

export function startMonitor(builder: PhaseBuilder): void {
  for (const [id] of monitorBuffers) {
    builder.write(id, builder.map(constant(id === ids.lowest ? huge : 0), [], id, perSample));
  }
}

export interface MonitorSettings {
  readonly settle: NormalSettle;
  /** The smallest β. */
  readonly rate: number;
  /** Where steps have a size of their own: that of the step before, by sample. */
  readonly taken?: ValueId;
}

/** @returns the new status of each sample */
export function stepMonitor(
  builder: PhaseBuilder,
  discrepancies: readonly ValueId[],
  { settle, rate, taken }: MonitorSettings,
): ValueId {
  const [a, b, c, d, e] = [argument(0), argument(1), argument(2), argument(3), argument(4)];
  const next = (id: string, expression: ScalarExpression, operands: readonly ValueId[]): ValueId => {
    const value = builder.map(expression, operands, id, perSample);
    builder.write(id, value);
    return value;
  };
  const before = (id: string): ValueId => builder.read(id);
  const total = discrepancies.map((_, index) => argument(index)).reduce((x, y) => add(x, y));
  const now = next(ids.discrepancy, total, discrepancies);
  const step = next(ids.step, add(a, 1), [before(ids.step)]);
  const lowest = next(ids.lowest, min(a, b), [before(ids.lowest), now]);
  // There is nothing to compare the first step with.
  const rise = next(ids.rise, select(c, "eq", 1, 0, sub(a, b)), [now, before(ids.discrepancy), step]);
  const steeper = select(a, "gt", 0, select(a, "ge", b, add(c, 1), 0), 0);
  const rising = next(ids.rising, steeper, [rise, before(ids.rise), before(ids.rising)]);

  const streak = Math.max(20, Math.ceil(3 / rate));
  const steadily = select(a, "ge", streak, select(b, "gt", mul(2, c), 2, 0), 0);
  // x − x is 0 for finite x only.
  const diverged = builder.map(select(sub(b, b), "eq", 0, steadily, 2), [rising, now, lowest], "diverged", perSample);
  let outcome = diverged;
  if (settle.tolerance !== undefined) {
    // A change is one per Euler step; a step that was not taken says nothing.
    const allowed = taken === undefined ? abs(b) : mul(e, abs(b));
    const within = select(abs(a), "le", mul(settle.tolerance, allowed), select(d, "gt", 1, add(c, 1), 0), 0);
    const operands = [rise, before(ids.discrepancy), before(ids.calm), step];
    const calm =
      taken === undefined
        ? next(ids.calm, within, operands)
        : next(ids.calm, select(e, "gt", 0, within, c), [...operands, taken]);
    const settled = select(a, "eq", 0, select(b, "ge", settle.patience, 1, 0), a);
    outcome = builder.map(settled, [diverged, calm], "settled or diverged", perSample);
  }
  const status = next(ids.status, select(a, "eq", 0, b, a), [before(ids.status), outcome]);
  const changed = select(a, "eq", b, c, d);
  next(ids.statusStep, changed, [before(ids.status), status, before(ids.statusStep), step]);
  return status;
}
