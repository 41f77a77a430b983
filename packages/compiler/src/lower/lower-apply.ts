/**
 * The apply phase: one update of every learned parameter from the accumulated sums, then the constraint.
 *
 * @source ConvNGC Alg. 2; Kingma & Ba 2015 (Adam)
 */
import {
  add,
  argument,
  constant,
  div,
  min,
  mul,
  type Phase,
  type ScalarExpression,
  select,
  sqrt,
  type ValueId,
} from "@settle/program";
import type { Parameter } from "../derive/equations.ts";
import type { NormalRule } from "../normalize/normal-circuit.ts";
import { correctionIds, momentIds, offDiagonalId, shrinkId, sumId } from "./buffer-ids.ts";
import type { CircuitGraph, GraphLateral } from "../resolve/circuit-graph.ts";
import { keepPrecision, precisionDelta } from "./lower-precision.ts";
import type { Lowering } from "./lower.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";

const [a0, a1, a2, a3, a4, a5] = [0, 1, 2, 3, 4, 5].map(argument) as [
  ScalarExpression,
  ScalarExpression,
  ScalarExpression,
  ScalarExpression,
  ScalarExpression,
  ScalarExpression,
];

export function lowerApply({ equations, parts }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const { graph, rule, parameters } = equations;
  const learned = parameters.filter((parameter) => parameter.learns);
  const corrections = rule.kind === "adam" && learned.length > 0 ? biasCorrections(builder, rule) : undefined;
  for (const parameter of learned) {
    const { follows } = parameter;
    const operands = [builder.read(sumId(follows.parameter)), builder.read("learn/count")];
    const errors = builder.map(mul(constant(follows.by), div(a0, a1)), operands, `Δ ${parameter.id}`);
    const delta = parameter.kind === "precision" ? precisionDelta(builder, parameter, graph, errors) : errors;
    const moved = keep(builder, parameter, graph, moveBy(builder, rule, parameter, delta, corrections));
    const constrained = constrain(builder, parameter, moved);
    const bounded = graph.learn.stable === undefined ? constrained : shrink(builder, parameter, graph, constrained);
    builder.write(parameter.id, bounded);
  }
  for (const id of equations.deltas.keys()) {
    builder.write(sumId(id), builder.map(constant(0), [], "0", parts.buffer(sumId(id)).type));
  }
  return builder.finish();
}

type Adam = Extract<NormalRule, { kind: "adam" }>;
interface Corrections {
  readonly first: ValueId;
  readonly second: ValueId;
}

/** 1 − βᵗ as the running mean of ones, which loses nothing in float32 (computing it from βᵗ would). */
function biasCorrections(builder: PhaseBuilder, { beta1, beta2 }: Adam): Corrections {
  const next = (id: string, beta: number): ValueId => {
    const value = builder.map(add(mul(constant(beta), a0), 1 - beta), [builder.read(id)], id);
    builder.write(id, value);
    return value;
  };
  return { first: next(correctionIds.first, beta1), second: next(correctionIds.second, beta2) };
}

function moveBy(
  builder: PhaseBuilder,
  rule: NormalRule,
  { id, kind }: Parameter,
  delta: ValueId,
  corrections: Corrections | undefined,
): ValueId {
  const weights = builder.read(id);
  const rate = builder.read("learn/rate");
  switch (rule.kind) {
    case "sgd":
      return builder.map(add(a0, mul(a1, a2)), [weights, rate, delta], `${id} moved`);
    case "normalized": {
      // Filters are the leading axes of a rank-4 tensor; anything else is normalized as a whole.
      const rank = builder.typeOf(delta).shape.length;
      const axes = rank === 4 && kind !== "precision" ? [0, 1] : Array.from({ length: rank }, (_, axis) => axis);
      const norm = normOver(builder, delta, axes, `‖Δ ${id}‖`);
      const step = add(a0, mul(a1, div(a2, add(a3, rule.epsilon))));
      return builder.map(step, [weights, rate, delta, norm], `${id} moved`);
    }
    case "adam": {
      const ids = momentIds(id);
      const first = builder.map(
        add(mul(constant(rule.beta1), a0), mul(constant(1 - rule.beta1), a1)),
        [builder.read(ids.first), delta],
        ids.first,
      );
      const second = builder.map(
        add(mul(constant(rule.beta2), a0), mul(constant(1 - rule.beta2), mul(a1, a1))),
        [builder.read(ids.second), delta],
        ids.second,
      );
      builder.write(ids.first, first);
      builder.write(ids.second, second);
      const step = add(a0, mul(a1, div(div(a2, a3), add(sqrt(div(a4, a5)), rule.epsilon))));
      const operands = [weights, rate, first, corrections!.first, second, corrections!.second];
      return builder.map(step, operands, `${id} moved`);
    }
    default:
      return rule satisfies never;
  }
}

/** What holds of lateral weights and of precisions whatever the constraint. */
function keep(builder: PhaseBuilder, parameter: Parameter, graph: CircuitGraph, moved: ValueId): ValueId {
  switch (parameter.kind) {
    case "generative":
    case "error":
    case "bias":
      return moved;
    case "lateral":
      return keepLateral(builder, graph.laterals.get(parameter.owner)!, moved);
    case "precision":
      return keepPrecision(builder, parameter, graph, moved);
    default:
      return parameter.kind satisfies never;
  }
}

/** Nothing on the diagonal; what only inhibits stays at or below 0. */
function keepLateral(builder: PhaseBuilder, { id, weights, offDiagonal }: GraphLateral, moved: ValueId): ValueId {
  const inhibits = weights.kind !== "groups" && weights.kind !== "matrix" && weights.follows.kind === "anti-hebbian";
  const negative = inhibits ? min(a0, 0) : a0;
  if (!offDiagonal) return builder.map(negative, [moved], `${id} kept`);
  return builder.map(mul(negative, a1), [moved, builder.read(offDiagonalId(id))], `${id} kept`);
}

/** Shrinks what is longer than the bound; never grows. */
function constrain(builder: PhaseBuilder, { id, constraint }: Parameter, moved: ValueId): ValueId {
  if (constraint.kind === "none") return moved;
  const axesOver: Readonly<Record<typeof constraint.over, readonly number[]>> = {
    kernel: [0, 1],
    source: [1],
    target: [0],
  };
  const norm = normOver(builder, moved, axesOver[constraint.over], `‖${id}‖ per ${constraint.over}`);
  const bound = constant(constraint.bound);
  return builder.map(select(a1, "gt", bound, mul(a0, div(bound, a1)), a0), [moved, norm], `${id} constrained`);
}

/** Multiplies weights, generative and separate error alike, by the host's factor; nothing else is bounded this way. */
function shrink(builder: PhaseBuilder, { id, kind, owner }: Parameter, graph: CircuitGraph, weights: ValueId): ValueId {
  if (kind !== "generative" && kind !== "error") return weights;
  const { from } = graph.synapses.get(owner)!;
  return builder.map(mul(a0, a1), [weights, builder.read(shrinkId(from))], `${id} shrunk`);
}

function normOver(builder: PhaseBuilder, value: ValueId, axes: readonly number[], label: string): ValueId {
  const squares = builder.map(mul(a0, a0), [value], `${label} squares`);
  return builder.map(sqrt(a0), [builder.reduce(squares, { axes, batch: false, keep: true }, `${label}²`)], label);
}
