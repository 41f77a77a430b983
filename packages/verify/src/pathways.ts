/**
 * The roads by which errors reach a state, read off its correction, beside those by which the state reaches errors, read
 * off the predictions. Where the two are adjoint to each other the correction is a gradient; where not, it says why.
 */
import { type Equations, type GraphSynapse, printTerm, type Term } from "@settle/compiler";
import { lateralPotentials } from "./lateral-potentials.ts";
import type { Departure } from "./verification.ts";

export interface Pathways {
  /** What each error node adds to the correction, completed to the exact adjoint; by error node. */
  readonly exact: ReadonlyMap<string, Term>;
  /** The same as written; absent where nothing comes back. */
  readonly written: ReadonlyMap<string, Term>;
  /** Error nodes whose contribution cannot be completed. */
  readonly inexact: ReadonlySet<string>;
  /** Whether the state has a prior. */
  readonly prior: boolean;
  /** What lateral synapses that have a potential add, completed to its gradient; by lateral synapse. */
  readonly lateral: ReadonlyMap<string, Term>;
  /** What other lateral synapses add, as written. */
  readonly others: ReadonlyMap<string, Term>;
  readonly departures: readonly Departure[];
}

/** All terms a term is made of, itself included. */
function termsIn(term: Term): readonly Term[] {
  const parts = Object.values(term as Readonly<Record<string, unknown>>).flat();
  return [term, ...parts.filter(isTerm).flatMap(termsIn)];
}

const isTerm = (value: unknown): value is Term => typeof value === "object" && value !== null && "kind" in value;

/** Ids of the error nodes a term reads. */
export function errorsIn(term: Term): readonly string[] {
  return [...new Set(termsIn(term).flatMap((part) => (part.kind === "error" ? [part.error] : [])))];
}

/** Sums are opened, and what multiplies them goes to each of their terms. */
function summandsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case "sum":
      return term.terms.flatMap(summandsOf);
    case "scale":
      return summandsOf(term.of).map((of) => ({ ...term, of }));
    case "times":
      return summandsOf(term.a).map((a) => ({ ...term, a }));
    default:
      return [term];
  }
}

/** A summand without its factors. */
function coreOf(term: Term): { readonly core: Term; readonly sloped: boolean } {
  if (term.kind === "scale") return coreOf(term.of);
  if (term.kind !== "times") return { core: term, sloped: false };
  const inner = coreOf(term.a);
  return { core: inner.core, sloped: inner.sloped || term.b.kind === "slope" };
}

export function pathwaysOf(equations: Equations, state: string): Pathways {
  const { graph } = equations;
  const departures: Departure[] = [];
  const exact = new Map<string, Term[]>();
  const inexact = new Set<string>();
  const others = new Map<string, Term>();
  const written = new Map<string, Term[]>();
  const lateral = new Map<string, Term>();
  const potentials = lateralPotentials(equations);
  let prior = false;
  let ownSeen = false;
  const add = (error: string, term: Term): void => void exact.set(error, [...(exact.get(error) ?? []), term]);
  const withSlope = (term: Term): Term => ({ kind: "times", a: term, b: { kind: "slope", state } });
  const activated = equations.activations.has(state);
  /** What adds without φ′, in words. */
  const unsloped = new Set<string>();
  const fedBack = new Set<string>();

  for (const summand of summandsOf(equations.corrections.get(state)!)) {
    const { core, sloped } = coreOf(summand);
    const [error, ...more] = errorsIn(core);
    const start = roadBack(core, equations)?.synapse.to ?? (more.length === 0 ? error : undefined);
    if (start !== undefined) written.set(start, [...(written.get(start) ?? []), summand]);
    if (core.kind === "lateral" && potentials.has(core.lateral)) {
      if (activated && !sloped) unsloped.add(core.lateral);
      lateral.set(core.lateral, activated && !sloped ? withSlope(summand) : summand);
    } else if (core.kind === "error") {
      // Its own error comes first; another way for a bare error is the skip of a block, past the activation.
      const own: boolean = graph.errors.get(core.error)?.target === state && !ownSeen;
      ownSeen ||= own;
      const wanted = own && activated && comparesActivity(equations, core.error);
      if (wanted && !sloped) unsloped.add(core.error);
      add(core.error, wanted && !sloped ? withSlope(summand) : summand);
    } else if (core.kind === "feedback" && core.of.kind === "error" && roadBack(core, equations) === undefined) {
      fedBack.add(core.stage);
      if (activated && !sloped) unsloped.add(core.of.error);
      add(core.of.error, activated && !sloped ? withSlope(summand) : summand);
      if (graph.stages.get(core.stage)?.errorWeights.kind === "separate") {
        departures.push({
          kind: "separate-feedback",
          message: `${core.of.error} comes back to ${state} through weights of its own, E(${core.stage}), not the adjoint of ${core.stage}`,
        });
      }
    } else if (roadBack(core, equations) !== undefined) {
      const { synapse, exactly, direct } = roadBack(core, equations)!;
      for (const { stage } of synapse.path) fedBack.add(stage);
      const wanted = activated && !direct;
      if (wanted && !sloped) unsloped.add(synapse.to);
      add(synapse.to, wanted && !sloped ? withSlope(summand) : summand);
      if (!exactly) {
        inexact.add(synapse.to);
        departures.push({
          kind: "error-pathway",
          message: `${synapse.to} comes back to ${state} along the error pathway of block ${synapse.id} (${synapse.block?.credit}), which is not the adjoint of its prediction`,
        });
      }
    } else if (core.kind === "prior") {
      prior = true;
    } else if (error !== undefined && more.length === 0) {
      inexact.add(error);
      departures.push({
        kind: "error-pathway",
        message: `${error} comes back to ${state} by ${printTerm(summand, equations)}, which is not the adjoint of its prediction`,
      });
    } else if (core.kind === "lateral") {
      const { from, to } = graph.laterals.get(core.lateral)!;
      const why =
        from === to ? "its weights are not symmetric" : `none leads back from ${to} to ${from} by the transpose`;
      others.set(core.lateral, summand);
      departures.push({
        kind: "lateral",
        message: `${printTerm(summand, equations)} acts on ${state} beside the errors and is no gradient: ${why}`,
      });
    } else throw new Error(`verify fault: ${printTerm(summand, equations)} in the correction of ${state}`);
  }
  for (const error of unsloped) {
    departures.push({
      kind: "no-derivative",
      message: `φ′(${state}) is left out of what ${error} adds: it follows the gradient by φ(${state}), not by ${state}`,
    });
  }
  for (const { id, from, to, block } of graph.synapses.values()) {
    if (block === undefined || from !== state || graph.errorSynapses.has(id)) continue;
    inexact.add(to);
    departures.push({
      kind: "no-feedback",
      message: `${state} predicts for ${to} through block ${id}, but ${to} does not come back (feedback: none)`,
    });
  }
  for (const [error, prediction] of equations.predictions) {
    for (const part of termsIn(prediction)) {
      if (
        part.kind !== "predict" ||
        graph.synapses.get(part.stage) === undefined ||
        fedBack.has(part.stage) ||
        !readsState(part.of, state)
      )
        continue;
      departures.push({
        kind: "no-feedback",
        message: `${state} predicts for ${error} through ${part.stage}, but ${error} does not come back (feedback: none)`,
      });
      if (part.of.kind !== "activity" && part.of.kind !== "state") {
        inexact.add(error);
        continue;
      }
      const coefficient = graph.synapses.get(part.stage)?.coefficient ?? 1;
      const back: Term = { kind: "feedback", stage: part.stage, of: { kind: "error", error } };
      const scaled: Term = { kind: "scale", by: coefficient, of: back };
      add(error, activated ? withSlope(scaled) : scaled);
    }
  }
  const summed = (parts: ReadonlyMap<string, readonly Term[]>): ReadonlyMap<string, Term> =>
    new Map([...parts].map(([error, terms]) => [error, { kind: "sum", terms }] as const));
  return { exact: summed(exact), written: summed(written), inexact, prior, lateral, others, departures };
}

/**
 * The synapse along whose own road of several stages, or through whose pool or skip, a term brings an error back; whether
 * that is the adjoint of what it predicts; and whether it passes by the activation of the source.
 */
function roadBack(
  core: Term,
  { graph }: Equations,
): { readonly synapse: GraphSynapse; readonly exactly: boolean; readonly direct: boolean } | undefined {
  if (core.kind !== "feedback" && core.kind !== "largest") return undefined;
  const owner = graph.stages.get(core.stage)?.synapse;
  const synapse = owner === undefined ? undefined : graph.synapses.get(owner);
  if (synapse === undefined) return undefined;
  const { block, skip } = synapse;
  if (block === undefined) return core.kind === "largest" ? { synapse, exactly: true, direct: false } : undefined;
  const whole = skip === undefined || block.skip.feedback;
  const direct = core.stage.startsWith(`${synapse.id}/skip`);
  return { synapse, exactly: block.credit === "backprop" && whole, direct };
}

const readsState = (term: Term, state: string): boolean =>
  termsIn(term).some((part) => (part.kind === "activity" || part.kind === "state") && part.state === state);

/** Whether an error node measures φ(z) of its target rather than z. */
function comparesActivity({ graph }: Equations, error: string): boolean {
  return graph.errors.get(error)?.compares === "activity";
}
