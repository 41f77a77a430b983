/**
 * Symbolic terms: what the equations of a circuit are written in. The same terms are printed for people and lowered to
 * instructions, so that what is shown is what runs.
 */
export type Term =
  /** z, the state itself. */
  | { readonly kind: "state"; readonly state: string }
  /** φ(z). */
  | { readonly kind: "activity"; readonly state: string }
  /** φ′(z). */
  | { readonly kind: "slope"; readonly state: string }
  /** The force of the prior at z. */
  | { readonly kind: "prior"; readonly state: string }
  /** μ of an error node. */
  | { readonly kind: "prediction"; readonly error: string }
  /** e of an error node. */
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "bias"; readonly error: string }
  /** g(·) of an error node. */
  | { readonly kind: "output"; readonly error: string; readonly of: Term }
  /** Whitened, · (R⁻¹)ᵀ, or weighed, · Σ⁻¹, as the error node says; divided by σ or σ² where Σ is diagonal. */
  | { readonly kind: "precision"; readonly error: string; readonly of: Term }
  /** Of a weighed error what whitening would have made of it: · R. */
  | { readonly kind: "deviation"; readonly error: string; readonly of: Term }
  /** Of a whitened error what weighing would have made of it: · R⁻¹. */
  | { readonly kind: "weighed"; readonly error: string; readonly of: Term }
  /** What a stage makes of an activity; of a plain synapse its prediction, without its coefficient. */
  | { readonly kind: "predict"; readonly stage: string; readonly of: Term }
  /** An error back through a stage: by its error weights, or the adjoint. */
  | { readonly kind: "feedback"; readonly stage: string; readonly of: Term }
  /**
   * A max pool, or its adjoint: the entry of `of` at the place where `by` is largest in each window, or each entry of `of`
   * sent to that place.
   */
  | {
      readonly kind: "largest";
      readonly stage: string;
      readonly produce: "post" | "pre";
      readonly by: Term;
      readonly of: Term;
    }
  /** What a lateral synapse adds to a correction. */
  | { readonly kind: "lateral"; readonly lateral: string; readonly of: Term }
  /** Correlation of an activity with an error, in the shape of the weights. */
  | { readonly kind: "correlate"; readonly stage: string; readonly pre: Term; readonly post: Term }
  /** The same for the weights of a lateral synapse, and for R of a full precision. */
  | { readonly kind: "correlate-lateral"; readonly lateral: string; readonly pre: Term; readonly post: Term }
  | { readonly kind: "correlate-errors"; readonly error: string; readonly pre: Term; readonly post: Term }
  /** Sum over the entries of an error that share one σ. */
  | { readonly kind: "per-variance"; readonly error: string; readonly of: Term }
  /** 1 for every entry of a state. */
  | { readonly kind: "ones"; readonly state: string }
  /** The activation of a stage of a block, and its derivative. */
  | { readonly kind: "stage-activity"; readonly stage: string; readonly of: Term }
  | { readonly kind: "stage-slope"; readonly stage: string; readonly of: Term }
  /** What a stage of a block passes on to the next. */
  | { readonly kind: "hidden"; readonly stage: string }
  /** The error that meets the weights of a stage. */
  | { readonly kind: "credit"; readonly stage: string }
  /** Sum over the positions of a map; a dense error is its own. */
  | { readonly kind: "positions"; readonly of: Term }
  /** ½‖·‖², one number per sample. */
  | { readonly kind: "half-square"; readonly of: Term }
  | { readonly kind: "scale"; readonly by: number; readonly of: Term }
  /** Times β, where β is found while learning (`settle.rate` auto). */
  | { readonly kind: "rated"; readonly of: Term }
  /** Entry by entry. */
  | { readonly kind: "times"; readonly a: Term; readonly b: Term }
  | { readonly kind: "sum"; readonly terms: readonly Term[] };

export const scale = (by: number, of: Term): Term => {
  if (by === 1) return of;
  return of.kind === "scale" ? scale(by * of.by, of.of) : { kind: "scale", by, of };
};

/** β times a term. */
export const rated = (rate: number | "auto", of: Term): Term =>
  rate === "auto" ? { kind: "rated", of } : scale(rate, of);

/** A sum with nothing to spare: nested sums are opened, a single term stands alone. */
export function sum(terms: readonly Term[]): Term {
  const flat = terms.flatMap((term) => (term.kind === "sum" ? term.terms : [term]));
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : { kind: "sum", terms: flat };
}
