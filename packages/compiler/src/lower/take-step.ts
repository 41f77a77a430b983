/** One step by each integrator. */
import { add, argument, mul, type ValueId } from "@settle/program";
import { adaptiveStep } from "./adaptive-step.ts";
import { velocityId } from "./buffer-ids.ts";
import { scopeOf } from "./lower-term.ts";
import {
  flowAt,
  flowValues,
  moveBy,
  type Pending,
  shifted,
  type StepContext,
  type StepResult,
} from "./step-context.ts";

export function takeStep(step: StepContext): StepResult {
  const { integrator } = step.lowering.equations.graph.settle;
  switch (integrator.kind) {
    case "euler": {
      const scope = scopeOf(step.before);
      const moved = new Map(
        step.moving.map((state) => [state.id, moveBy(step, state, [[1, flowAt(step, scope, state)]])]),
      );
      return { scope, moved };
    }
    case "heun":
      return rungeKutta(step, [1], [1 / 2, 1 / 2]);
    case "rk4":
      return rungeKutta(step, [1 / 2, 1 / 2, 1], [1 / 6, 1 / 3, 1 / 3, 1 / 6]);
    case "momentum":
      return momentumStep(step, integrator.factor, integrator.nesterov);
    case "adaptive":
      return adaptiveStep(step, integrator);
    default:
      return integrator satisfies never;
  }
}

const flowOf = (stage: ReadonlyMap<string, ValueId>, state: string): Pending => ({
  expression: argument(0),
  operands: [stage.get(state)!],
});

/**
 * An explicit Runge–Kutta step of size 1 whose stages each build on the one before.
 *
 * @param nodes    how far along the previous stage's flow each later stage is taken
 * @param weights  of the stages' flows in the step
 */
function rungeKutta(step: StepContext, nodes: readonly number[], weights: readonly number[]): StepResult {
  const { moving, before } = step;
  const scope = scopeOf(before);
  let current = scope;
  const stages: ReadonlyMap<string, ValueId>[] = [];
  for (const [stage] of weights.entries()) {
    if (stage > 0) {
      const previous = stages[stage - 1]!;
      const states = new Map(before);
      for (const state of moving) {
        states.set(state.id, moveBy(step, state, [[nodes[stage - 1]!, flowOf(previous, state.id)]]));
      }
      current = scopeOf(states);
    }
    stages.push(flowValues(step, current, `f${stage + 1}`));
  }
  const moved = new Map(
    moving.map((state) => [
      state.id,
      moveBy(
        step,
        state,
        stages.map((stage, index) => [weights[index]!, flowOf(stage, state.id)] as const),
      ),
    ]),
  );
  return { scope, moved };
}

/** v ← factor·v + f(z), z ← z + v; with Nesterov, f is taken at z + factor·v. */
function momentumStep(step: StepContext, factor: number, nesterov: boolean): StepResult {
  const { moving, builder, before } = step;
  const ahead = new Map(before);
  if (nesterov) {
    for (const state of moving) {
      const operands = [before.get(state.id)!, builder.read(velocityId(state.id))];
      ahead.set(state.id, builder.map(add(argument(0), mul(factor, argument(1))), operands, `${state.id} ahead`));
    }
  }
  const scope = scopeOf(ahead);
  const moved = new Map<string, ValueId>();
  for (const state of moving) {
    const flow = flowAt(step, scope, state);
    const operands = [builder.read(velocityId(state.id)), ...flow.operands];
    const velocity = builder.map(
      add(mul(factor, argument(0)), shifted(flow.expression, 1)),
      operands,
      `v(${state.id})′`,
    );
    moved.set(velocityId(state.id), velocity);
    moved.set(state.id, moveBy(step, state, [[1, { expression: argument(0), operands: [velocity] }]]));
  }
  return { scope, moved };
}
