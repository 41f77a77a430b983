/**
 * A step whose size each sample chooses for itself: Heun's step, with the Euler step inside it telling its error.
 *
 * A step that would make a larger error than allowed is not taken: the sample stays, and tries a smaller one next time.
 * So a settle of T steps is T tries, whatever happens, and nothing is read back.
 *
 * @source Hairer1993 section II.4
 */
import {
  abs,
  add,
  argument,
  constant,
  div,
  max,
  min,
  mul,
  type ScalarExpression,
  select,
  sizeOf,
  sqrt,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";
import type { NormalIntegrator } from "../normalize/normal-circuit.ts";
import { stepSizeIds } from "./buffer-ids.ts";
import { scopeOf } from "./lower-term.ts";
import type { PhaseBuilder } from "./phase-builder.ts";
import { flowValues, type StepContext, type StepResult } from "./step-context.ts";

type Adaptive = Extract<NormalIntegrator, { kind: "adaptive" }>;

const perSample: ValueType = { batch: true, shape: [] };
/** A step aims at less than the error allowed, and its size changes by no more than these. */
const [safety, leastGrowth, mostGrowth] = [0.9, 0.2, 5];
/** Keeps the root of an error of zero away from a division. */
const tiny = 1e-30;
/** Above any error of a state that is still finite in float32. */
const huge = 1e30;

export function startAdaptive(builder: PhaseBuilder, { initial }: Adaptive): void {
  for (const [id, value] of [
    [stepSizeIds.next, initial],
    [stepSizeIds.taken, 0],
    [stepSizeIds.time, 0],
  ] as const) {
    builder.write(id, builder.map(constant(value), [], id, perSample));
  }
}

export function adaptiveStep(step: StepContext, { tolerance, largest }: Adaptive): StepResult {
  const { moving, builder, before } = step;
  const [a, b, c, d] = [argument(0), argument(1), argument(2), argument(3)];
  const size = builder.read(stepSizeIds.next);
  const scope = scopeOf(before);
  const first = flowValues(step, scope, "f1");
  const reached = new Map(before);
  for (const { id } of moving) {
    const operands = [before.get(id)!, size, first.get(id)!];
    reached.set(id, builder.map(add(a, mul(b, c)), operands, `${id} by Euler`));
  }
  const second = flowValues(step, scopeOf(reached), "f2");

  const squares = moving.map(({ id, shape }) => {
    const relative = div(mul(mul(0.5, a), sub(b, c)), add(1, abs(d)));
    const operands = [size, first.get(id)!, second.get(id)!, before.get(id)!];
    const square = builder.map(mul(relative, relative), operands, `error(${id})²`);
    return builder.reduce(square, { axes: shape.map((_, axis) => axis), batch: false }, `Σ error(${id})²`);
  });
  const entries = moving.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const total = squares.map((_, index) => argument(index)).reduce<ScalarExpression>(add, constant(0));
  const error = builder.map(mul(1 / Math.max(1, entries), total), squares, "error²", perSample);

  // A comparison with NaN is false: a step that left the finite numbers is not taken, and the next one is small.
  const taken = builder.map(select(a, "le", tolerance * tolerance, b, 0), [error, size], stepSizeIds.taken, perSample);
  const ideal = div(safety * Math.sqrt(tolerance), sqrt(sqrt(max(a, tiny))));
  const growth = select(a, "le", huge, max(leastGrowth, min(mostGrowth, ideal)), leastGrowth);
  const next = builder.map(min(largest, mul(b, growth)), [error, size], stepSizeIds.next, perSample);
  const time = builder.map(add(a, b), [builder.read(stepSizeIds.time), taken], stepSizeIds.time, perSample);

  const moved = new Map<string, ValueId>();
  for (const { id } of moving) {
    // Where it is not taken the second flow may be no number: it must not be multiplied by a size of 0.
    const heun = add(a, mul(mul(0.5, b), add(c, d)));
    const operands = [before.get(id)!, taken, first.get(id)!, second.get(id)!];
    moved.set(id, builder.map(select(b, "gt", 0, heun, a), operands, `${id}′`));
  }
  moved.set(stepSizeIds.next, next).set(stepSizeIds.taken, taken).set(stepSizeIds.time, time);
  return { scope, moved };
}
