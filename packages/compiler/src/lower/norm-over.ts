import { argument, mul, sqrt, type ValueId } from "@settle/program";
import type { PhaseBuilder } from "./phase-builder.ts";

/** The Euclidean norm over some axes, which stay as 1. */
export function normOver(builder: PhaseBuilder, value: ValueId, axes: readonly number[], label: string): ValueId {
  const a0 = argument(0);
  const squares = builder.map(mul(a0, a0), [value], `${label} squares`);
  return builder.map(sqrt(a0), [builder.reduce(squares, { axes, batch: false, keep: true }, `${label}²`)], label);
}
