/** The apply phase: one update of every learned parameter from the accumulated sums, then the constraint. */
import { argument, constant, div, min, mul, type Phase, select, type ValueId } from "@settle/program";
import type { Parameter } from "../derive/equations.ts";
import type { CircuitGraph, GraphLateral } from "../resolve/circuit-graph.ts";
import { offDiagonalId, sumId } from "./buffer-ids.ts";
import { keepPrecision, precisionDelta } from "./lower-precision.ts";
import type { Lowering } from "./lower.ts";
import { moveBy, updateCorrections } from "./lower-rule.ts";
import { normOver } from "./norm-over.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";

const [a0, a1] = [argument(0), argument(1)];

export function lowerApply({ equations, parts }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const { graph, parameters } = equations;
  const learned = parameters.filter((parameter) => parameter.learning.learns);
  const corrections = updateCorrections(builder, learned);
  for (const parameter of learned) {
    const { follows } = parameter;
    const operands = [builder.read(sumId(follows.parameter)), builder.read("learn/count")];
    const errors = builder.map(mul(constant(follows.by), div(a0, a1)), operands, `Δ ${parameter.id}`);
    const delta = parameter.kind === "precision" ? precisionDelta(builder, parameter, graph, errors) : errors;
    const moved = keep(builder, parameter, graph, moveBy(builder, parameter, delta, corrections));
    const constrained = constrain(builder, parameter, masked(builder, parameter, moved));
    builder.write(parameter.id, constrained);
  }
  for (const id of equations.deltas.keys()) {
    builder.write(sumId(id), builder.map(constant(0), [], "0", parts.buffer(sumId(id)).type));
  }
  return builder.finish();
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
  const rank = builder.typeOf(moved).shape.length;
  const axesOver: Readonly<Record<typeof constraint.over, readonly number[]>> = {
    kernel: [rank - 4, rank - 3],
    source: [1],
    target: [0],
  };
  const norm = normOver(builder, moved, axesOver[constraint.over], `‖${id}‖ per ${constraint.over}`);
  const bound = constant(constraint.bound);
  return builder.map(select(a1, "gt", bound, mul(a0, div(bound, a1)), a0), [moved, norm], `${id} constrained`);
}

/** What is masked away stays 0. */
function masked(builder: PhaseBuilder, { id, mask }: Parameter, moved: ValueId): ValueId {
  if (mask === undefined) return moved;
  // Not by a product: a weight that is not a number must not spread.
  return builder.map(select(a1, "eq", 0, 0, a0), [moved, builder.read(mask)], `${id} masked`);
}
