/**
 * What the rules around an error node descend, if not its discrepancy.
 *
 * With e = w ⊙ (t − g(a)), w from a diagonal precision, the node's own target follows ½Σ w (t − μ)². The sources of the
 * prediction and its weights get e without g′: that is the gradient of the matching loss Σ w (G(a) − t a), G′ = g, which
 * is the cross-entropy for a sigmoid or softmax and the same ½Σ w (t − μ)² for the identity.
 */
import type { Equations, GraphError, Term } from "@settle/compiler";
import { sizeOf } from "@settle/program";
import { deviationsOffOne } from "./examined-parameters.ts";
import type { Departure, EnergyVerdict } from "./verification.ts";

export interface Energy {
  readonly verdict: EnergyVerdict;
  /** Whether prediction and target follow one energy. */
  readonly common: boolean;
  /** Precision by which differences are multiplied, entry by entry along the last axis; undefined if it is a matrix. */
  readonly weights: readonly number[] | undefined;
  /** Whether differences of the energy can be told from what is read out. */
  readonly checkable: boolean;
  /** Whether they are those of the discrepancy, which the program reads out itself. */
  readonly isDiscrepancy: boolean;
  /** t, what is compared with the prediction. */
  readonly target: Term;
  /** a, what g is applied to. */
  readonly before: Term;
  readonly departures: readonly Departure[];
}

export function energyOf(equations: Equations, error: GraphError, moves: boolean): Energy {
  const { id } = error;
  const prediction = equations.predictions.get(id)!;
  const before = prediction.kind === "output" ? prediction.of : prediction;
  const activity = error.compares === "activity" && equations.activations.has(error.target);
  const target: Term = { kind: activity ? "activity" : "state", state: error.target };
  const g = equations.outputs.get(id);
  const whitened = error.precision?.apply === "whiten";
  const weights = weightsOf(error);
  const shared = { weights, target, before, checkable: weights !== undefined, isDiscrepancy: false };
  if (weights === undefined && whitened) {
    const message = `${id} is whitened by a full precision: e = (t − μ)R⁻ᵀ with Σ = RRᵀ goes into the rules where the gradient of its discrepancy has (t − μ)Σ⁻¹`;
    const departures = [{ kind: "whitened", message } as const];
    const measured = { checkable: g === undefined, isDiscrepancy: g === undefined };
    return { ...shared, ...measured, verdict: { error: id, kind: "none", message }, common: false, departures };
  }
  const measure = whitened ? `½Σ(t − μ)²/σ` : error.precision === undefined ? "½‖t − μ‖²" : "½Σ(t − μ)²/σ²";
  if (g === undefined) {
    const message = whitened
      ? `${id} is divided by σ, not σ²: rules descend ${measure} instead of the discrepancy ½Σ(t − μ)²/σ²`
      : `discrepancy of ${id}`;
    const kind = whitened ? "standardized" : "discrepancy";
    const measured = { checkable: true, isDiscrepancy: !whitened };
    return { ...shared, ...measured, verdict: { error: id, kind, message }, common: true, departures: [] };
  }
  const name = g === "softmax" ? "softmax" : g.name;
  const loss =
    name === "sigmoid" || name === "softmax" ? "the cross-entropy" : `the matching loss G(a) − t·a, G′ = ${name},`;
  const instead = `g′ is left out (g = ${name}): what predicts descends ${loss} of ${id}, not ${measure}`;
  const verdict = { error: id, kind: "matching-loss", message: instead } as const;
  // A clamped target follows nothing; released, it descends the other energy, which the message says.
  if (!moves) {
    const message = `${instead} (${error.target} itself, released, descends that)`;
    return { ...shared, verdict: { ...verdict, message }, common: true, departures: [] };
  }
  const message = `${instead}; its target ${error.target} moves and descends ${measure}, so that there is no one energy`;
  const departures = [{ kind: "two-energies", message } as const];
  return { ...shared, verdict: { ...verdict, message }, common: false, departures };
}

function weightsOf({ precision }: GraphError): readonly number[] | undefined {
  if (precision === undefined) return [1];
  const { kind, initial, apply, learn, shape } = precision;
  if (kind === "full") return undefined;
  const first =
    initial.kind === "constant"
      ? Array.from({ length: sizeOf(shape) }, () => initial.value)
      : initial.kind === "values"
        ? initial.values
        : [];
  const sigma = learn === undefined ? first : deviationsOffOne(first);
  return sigma.map((deviation) => 1 / (apply === "whiten" ? deviation : deviation ** 2));
}
