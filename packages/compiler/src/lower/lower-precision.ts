/**
 * One update of a learned precision: what Σ itself adds to Δ, and the floor that keeps Σ positive definite.
 *
 * With every entry on the diagonal of R at least √floor > 0, Σ = R Rᵀ is symmetric and positive definite whatever the
 * step was, and its own diagonal, the squared norms of R's rows, is at least the floor.
 */
import { argument, constant, div, max, mul, type ScalarExpression, select, sub, type ValueId } from "@settle/program";
import type { Parameter } from "../derive/equations.ts";
import type { CircuitGraph } from "../resolve/circuit-graph.ts";
import { triangleId } from "./buffer-ids.ts";
import type { PhaseBuilder } from "./phase-builder.ts";

const [a0, a1, a2] = [argument(0), argument(1), argument(2)];
const onDiagonal = (triangle: ScalarExpression, then: ScalarExpression, otherwise: ScalarExpression) =>
  select(triangle, "gt", 1.5, then, otherwise);

/** Mean over samples of what errors make of Δ, less sites/σ: −∂/∂σ of the log determinant. */
export function precisionDelta(
  builder: PhaseBuilder,
  { id, owner }: Parameter,
  graph: CircuitGraph,
  errors: ValueId,
): ValueId {
  const { kind, sites } = graph.errors.get(owner)!.precision!;
  const pulled = sub(a0, div(constant(sites), a1));
  const label = `Δ ${id}, with its own part`;
  if (kind !== "full") return builder.map(pulled, [errors, builder.read(id)], label);
  const inTriangle = onDiagonal(a2, pulled, mul(a0, a2));
  return builder.map(inTriangle, [errors, builder.read(id), builder.read(triangleId(owner))], label);
}

export function keepPrecision(
  builder: PhaseBuilder,
  { id, owner }: Parameter,
  graph: CircuitGraph,
  moved: ValueId,
): ValueId {
  const { kind, learn } = graph.errors.get(owner)!.precision!;
  const floored = max(a0, Math.sqrt(learn!.floor));
  if (kind !== "full") return builder.map(floored, [moved], `${id} kept`);
  return builder.map(onDiagonal(a1, floored, a0), [moved, builder.read(triangleId(owner))], `${id} kept`);
}
