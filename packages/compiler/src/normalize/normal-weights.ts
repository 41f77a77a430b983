/** What weights of every kind have in normal form: their law, their constraint, the size of a kernel. */
import type { InitialLaw } from "@settle/program";
import type { ConstraintSpec, LawSpec } from "@settle/spec";
import type { NormalConstraint, Pair } from "./normal-circuit.ts";

export function normalLaw(law: LawSpec): InitialLaw {
  switch (law.kind) {
    case "normal":
      return { kind: "normal", mean: law.mean ?? 0, std: law.std };
    case "zeros":
      return { kind: "constant", value: 0 };
    case "uniform":
    case "constant":
      return law;
    default:
      return law satisfies never;
  }
}

export function normalConstraint(constraint: ConstraintSpec): NormalConstraint {
  return constraint.kind === "none" ? { kind: "none" } : { ...constraint, bound: constraint.bound ?? 1 };
}

export const bothAxes = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);
