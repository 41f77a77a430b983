/** What `learn.constraint` holds, one or several. */
import type { ConstraintSpec, LearnConstraintSpec } from "@settle/spec";

type SingleConstraint = Extract<LearnConstraintSpec, { readonly kind: string }>;

export const listOf = (written: LearnConstraintSpec | undefined): readonly SingleConstraint[] =>
  written === undefined ? [] : "kind" in written ? [written] : written;

/** The part of `learn.constraint` that every synapse takes over. */
export function weightConstraintOf(written: LearnConstraintSpec | undefined): ConstraintSpec | undefined {
  return listOf(written).find((each) => each.kind === "max-norm");
}
