/**
 * What the rules around an error node descend, if not its discrepancy.
 *
 * With e = P(t − g(a)), P from a precision, the node's own target follows ½(t − μ)·P(t − μ). The sources of the prediction
 * and its weights get e without g′. Where P leaves entries apart that is the gradient of the matching loss
 * Σ w (G(a) − t a), G′ = g: the cross-entropy for a sigmoid or softmax, the same ½Σ w (t − μ)² for the identity. Where P
 * or g mixes entries that the other tells apart it is the gradient of nothing, and can be followed along a way only.
 */
import type { Equations, GraphError, Term } from "@settle/compiler";
import { sizeOf } from "@settle/program";
import { deviationsOffOne, factorOffDiagonal } from "./examined-parameters.ts";
import type { Departure, EnergyVerdict } from "./verification.ts";

export interface Energy {
  readonly verdict: EnergyVerdict;
  /** Whether prediction and target follow one energy. */
  readonly common: boolean;
  /** What P multiplies entries by along the last axis, fewer where they repeat; undefined where it is a matrix. */
  readonly weights: readonly number[] | undefined;
  /** P of a difference, as the completed equations have it. */
  readonly weigh: (difference: Float64Array) => Float64Array;
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
  const full = error.precision?.kind === "full";
  const whitened = error.precision?.apply === "whiten";
  const weights = weightsOf(error);
  const weigh = full ? dividedByCovariance(factorOf(error.precision)) : multipliedBy(weights ?? [1]);
  const shared = { weights, weigh, target, before, isDiscrepancy: false };
  const name = g === undefined || g === "softmax" ? g : g.name;
  const mixed = full || (g === "softmax" && weights?.some((each) => each !== weights[0]) === true);
  const along = `g′ is left out (g = ${name}) where ${full ? "a full precision" : "softmax"} mixes entries: what predicts follows the gradient of nothing, and is compared with the work it does along a way`;
  const slope: readonly Departure[] =
    name !== undefined && mixed ? [{ kind: "output-slope", message: `${along} (${id})` }] : [];
  if (full && whitened) {
    const message = `${id} is whitened by a full precision: e = (t − μ)R⁻ᵀ with Σ = RRᵀ goes into the rules where the gradient of its discrepancy has (t − μ)Σ⁻¹`;
    const departures = [{ kind: "whitened", message } as const, ...slope];
    const isDiscrepancy = name === undefined;
    return { ...shared, isDiscrepancy, verdict: { error: id, kind: "none", message }, common: false, departures };
  }
  const measure = measureOf(error);
  if (name === undefined) {
    const message = whitened
      ? `${id} is divided by σ, not σ²: rules descend ${measure} instead of the discrepancy ½Σ(t − μ)²/σ²`
      : `discrepancy of ${id}`;
    const kind = whitened ? "standardized" : "discrepancy";
    return { ...shared, isDiscrepancy: !whitened, verdict: { error: id, kind, message }, common: true, departures: [] };
  }
  if (slope.length > 0) {
    return { ...shared, verdict: { error: id, kind: "none", message: along }, common: false, departures: slope };
  }
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

function measureOf({ precision }: GraphError): string {
  if (precision === undefined) return "½‖t − μ‖²";
  if (precision.kind === "full") return "½(t − μ)Σ⁻¹(t − μ)ᵀ";
  return precision.apply === "whiten" ? "½Σ(t − μ)²/σ" : "½Σ(t − μ)²/σ²";
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

const multipliedBy =
  (weights: readonly number[]) =>
  (difference: Float64Array): Float64Array =>
    difference.map((each, k) => each * weights[k % weights.length]!);

/** R with Σ = RRᵀ as it is examined, row by row. */
function factorOf({ initial, learn, shape }: NonNullable<GraphError["precision"]>): readonly number[] {
  const n = shape.at(-1)!;
  const first =
    initial.kind === "values"
      ? initial.values
      : Array.from({ length: n * n }, (_, k) =>
          k % (n + 1) === 0 && initial.kind === "matrix" ? initial.diagonal : 0,
        );
  return learn === undefined ? first : factorOffDiagonal(first, n);
}

/** Σ⁻¹ at every position, by solving R y = d and Rᵀ x = y. */
function dividedByCovariance(factor: readonly number[]): Energy["weigh"] {
  const n = Math.sqrt(factor.length);
  return (difference) => {
    const x = difference.slice();
    for (let from = 0; from < x.length; from += n) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) x[from + i]! -= factor[i * n + j]! * x[from + j]!;
        x[from + i]! /= factor[i * n + i]!;
      }
      for (let i = n - 1; i >= 0; i--) {
        for (let j = i + 1; j < n; j++) x[from + i]! -= factor[j * n + i]! * x[from + j]!;
        x[from + i]! /= factor[i * n + i]!;
      }
    }
    return x;
  };
}
