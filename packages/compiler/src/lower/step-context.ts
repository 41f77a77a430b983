/** What the integrators are made of: the motion of a state at some states, and steps along it. */
import {
  add,
  argument,
  arity,
  constant,
  mul,
  type ScalarExpression,
  sub,
  substitute,
  type ValueId,
} from "@settle/program";
import type { GraphState } from "../resolve/circuit-graph.ts";
import { maskId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { type Scope, scalarOf } from "./lower-term.ts";
import type { PhaseBuilder } from "./phase-builder.ts";

/** A scalar expression over values that are not yet an instruction. */
export interface Pending {
  readonly expression: ScalarExpression;
  readonly operands: readonly ValueId[];
}

export interface StepContext {
  readonly lowering: Lowering;
  readonly builder: PhaseBuilder;
  readonly moving: readonly GraphState[];
  readonly before: ReadonlyMap<string, ValueId>;
}

export interface StepResult {
  /** Scope of the states at which the step's first errors were taken. */
  readonly scope: Scope;
  /** New value by buffer: states, and what the integrator keeps. */
  readonly moved: ReadonlyMap<string, ValueId>;
}

/** f(z) of a state at the states of a scope; zero where a mask holds it. */
export function flowAt({ lowering, builder }: StepContext, scope: Scope, state: GraphState): Pending {
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
export function moveBy(
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
export function shifted(expression: ScalarExpression, by: number): ScalarExpression {
  return substitute(
    expression,
    Array.from({ length: arity(expression) }, (_, index) => argument(index + by)),
  );
}

/** f of every moving state at the states of a scope, as values: for what is used several times. */
export function flowValues(step: StepContext, scope: Scope, label: string): ReadonlyMap<string, ValueId> {
  return new Map(
    step.moving.map((state) => {
      const { expression, operands } = flowAt(step, scope, state);
      const type = { batch: true, shape: state.shape };
      return [state.id, step.builder.map(expression, operands, `${label}(${state.id})`, type)];
    }),
  );
}
