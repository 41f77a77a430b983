/**
 * What a learned precision follows: the covariance of its errors.
 *
 * ΔΣ = ½(ẽᵀẽ − Σ⁻¹) with ẽ = (z − μ)Σ⁻¹ is −∂/∂Σ of ½(z − μ)Σ⁻¹(z − μ)ᵀ + ½ log det Σ. What is learned is the factor R
 * of Σ = R Rᵀ, which keeps Σ symmetric and positive definite: ΔR = 2 lower(ΔΣ R) = lower(ẽᵀ(z − μ)(R⁻¹)ᵀ) − 1/diag R.
 * The first part is a correlation of two errors; no matrix is inverted to learn.
 *
 * @source NGC
 * @source Pinheiro1996
 */
import type { NormalRule } from "../normalize/normal-circuit.ts";
import type { GraphError } from "../resolve/circuit-graph.ts";
import type { Parameter } from "./equations.ts";
import type { Term } from "./term.ts";

/** Buffer of σ or R. */
export const precisionId = (error: string): string => `precision:${error}`;

/** ẽᵀ ⊗ whitened error, of one sample: what errors add to ΔR or Δσ. */
export function precisionDelta({ id, precision }: GraphError): Term {
  const error: Term = { kind: "error", error: id };
  const whitens = precision?.apply === "whiten";
  const whitened: Term = whitens ? error : { kind: "deviation", error: id, of: error };
  const weighed: Term = whitens ? { kind: "weighed", error: id, of: error } : error;
  if (precision?.kind === "full") return { kind: "correlate-errors", error: id, pre: whitened, post: weighed };
  return { kind: "per-variance", error: id, of: { kind: "times", a: weighed, b: whitened } };
}

export function precisionParameters(errors: readonly GraphError[], rule: NormalRule): readonly Parameter[] {
  return errors.flatMap(({ id, precision }): readonly Parameter[] => {
    if (precision?.learn === undefined) return [];
    const parameter = precisionId(id);
    const constraint = { kind: "none" } as const;
    const learning = { learns: true, rule, rateFactor: 1, decay: 0 };
    return [{ id: parameter, kind: "precision", owner: id, follows: { parameter, by: 1 }, learning, constraint }];
  });
}
