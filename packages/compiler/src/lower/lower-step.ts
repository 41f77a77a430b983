/**
 * The step phase: one synchronous correction of every state that is free to move.
 *
 * @source ConvNGC eq. 2, Alg. 1
 */
import {
  add,
  argument,
  arity,
  constant,
  mul,
  type Phase,
  type ScalarExpression,
  select,
  sub,
  substitute,
  type ValueId,
} from "@settle/program";
import type { CircuitGraph, GraphState } from "../resolve/circuit-graph.ts";
import { maskId, velocityId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { stepMonitor } from "./lower-monitor.ts";
import { lowerTerm, type Scope, scalarOf, scopeOf } from "./lower-term.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";

/** A scalar expression over values that are not yet an instruction. */
interface Pending {
  readonly expression: ScalarExpression;
  readonly operands: readonly ValueId[];
}

export function lowerStep(lowering: Lowering): Phase {
  const { equations, parts, modes, monitor } = lowering;
  const builder = createPhaseBuilder(parts);
  const { graph } = equations;
  const before = new Map([...graph.states.keys()].map((id) => [id, builder.read(id)]));
  const moving = [...graph.states.values()].filter((state) => modes.get(state.id) !== "clamped");
  const step: StepContext = { lowering, builder, moving, before };
  const { scope, moved } = takeStep(step);

  let status: ValueId | undefined;
  if (monitor) {
    const discrepancies = [...equations.discrepancies.values()].map((term) =>
      lowerTerm({ equations, builder }, scope, term),
    );
    status = stepMonitor(builder, discrepancies, graph.settle, smallestRate(graph));
  }
  for (const [id, next] of moved) {
    const frozen = graph.settle.tolerance !== undefined && status !== undefined;
    builder.write(id, frozen ? freeze(builder, status!, next, builder.read(id), id) : next);
  }
  return builder.finish();
}

/** A sample that has settled or diverged stays as it is. */
function freeze(builder: PhaseBuilder, status: ValueId, next: ValueId, before: ValueId, id: string): ValueId {
  return builder.map(select(argument(0), "eq", 0, argument(1), argument(2)), [status, next, before], `${id} or frozen`);
}

const smallestRate = ({ states, settle }: CircuitGraph): number =>
  Math.min(...[...states.values()].map(({ rate }) => (rate === "auto" ? settle.auto!.initial : rate)));

interface StepContext {
  readonly lowering: Lowering;
  readonly builder: PhaseBuilder;
  readonly moving: readonly GraphState[];
  readonly before: ReadonlyMap<string, ValueId>;
}

interface StepResult {
  /** Scope of the states at which the step's first errors were taken. */
  readonly scope: Scope;
  /** New value by buffer: states and, with momentum, velocities. */
  readonly moved: ReadonlyMap<string, ValueId>;
}

function takeStep(step: StepContext): StepResult {
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
    default:
      return integrator satisfies never;
  }
}

/** f(z) of a state at the states of a scope; zero where a mask holds it. */
function flowAt({ lowering, builder }: StepContext, scope: Scope, state: GraphState): Pending {
  const operands: ValueId[] = [];
  const flow = scalarOf(
    { equations: lowering.equations, builder },
    scope,
    lowering.equations.flows.get(state.id)!,
    operands,
  );
  if (lowering.modes.get(state.id) !== "masked") return { expression: flow, operands };
  operands.push(builder.read(maskId(state.id)));
  return { expression: mul(sub(1, argument(operands.length - 1)), flow), operands };
}

/** z + Σ weight · f. */
function moveBy(
  { builder, before }: StepContext,
  state: GraphState,
  flows: readonly (readonly [number, Pending])[],
): ValueId {
  const operands: ValueId[] = [before.get(state.id)!];
  let expression: ScalarExpression = argument(0);
  for (const [weight, flow] of flows) {
    expression = add(expression, mul(constant(weight), shifted(flow.expression, operands.length)));
    operands.push(...flow.operands);
  }
  return builder.map(expression, operands, `${state.id}′`);
}

/** The expression with its arguments counted from `by` on. */
function shifted(expression: ScalarExpression, by: number): ScalarExpression {
  return substitute(
    expression,
    Array.from({ length: arity(expression) }, (_, index) => argument(index + by)),
  );
}

/**
 * An explicit Runge–Kutta step of size 1 whose stages each build on the one before.
 *
 * @param nodes    how far along the previous stage's flow each later stage is taken
 * @param weights  of the stages' flows in the step
 */
function rungeKutta(step: StepContext, nodes: readonly number[], weights: readonly number[]): StepResult {
  const { moving, builder, before } = step;
  const scope = scopeOf(before);
  let current = scope;
  const stages: ReadonlyMap<string, Pending>[] = [];
  for (const [stage] of weights.entries()) {
    if (stage > 0) {
      const previous = stages[stage - 1]!;
      const states = new Map(before);
      for (const state of moving) {
        states.set(state.id, moveBy(step, state, [[nodes[stage - 1]!, previous.get(state.id)!]]));
      }
      current = scopeOf(states);
    }
    // Each stage's flow is used several times: make it a value.
    stages.push(
      new Map(
        moving.map((state) => {
          const flow = flowAt(step, current, state);
          const value = builder.map(flow.expression, flow.operands, `f${stage + 1}(${state.id})`, {
            batch: true,
            shape: state.shape,
          });
          return [state.id, { expression: argument(0), operands: [value] }];
        }),
      ),
    );
  }
  const moved = new Map(
    moving.map((state) => [
      state.id,
      moveBy(
        step,
        state,
        stages.map((stage, index) => [weights[index]!, stage.get(state.id)!] as const),
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
