/**
 * What a synapse predicts, how its weights learn and what error goes back, as terms. A plain synapse is one stage; a
 * block is several, with a pathway for its error.
 *
 * @source ConvNGC eqs. 7–12; LRA
 */
import type { GraphSynapse, GraphStage, PathStage } from "../resolve/circuit-graph.ts";
import type { Term } from "./term.ts";

export interface Pathway {
  /** What it adds to the prediction, without its coefficient. */
  readonly prediction: Term;
  /** What each stage but the last passes on, by stage. */
  readonly hidden: ReadonlyMap<string, Term>;
  /** The error that meets a stage's weights, where it is not the error node's own, by stage; last stage first. */
  readonly credits: ReadonlyMap<string, Term>;
  /** Δ of each learned stage, without the coefficient. */
  readonly deltas: ReadonlyMap<string, Term>;
  /** What goes back through the activity of the source, which its slope multiplies. */
  readonly feedback?: Term;
  /** What goes back past its activation. */
  readonly skipFeedback?: Term;
}

export interface PathwayContext {
  readonly stages: ReadonlyMap<string, GraphStage>;
  /** φ(z) of the source. */
  readonly activity: Term;
  /** Whether an error synapse leads back to the source. */
  readonly corrects: boolean;
}

export function derivePathway(synapse: GraphSynapse, context: PathwayContext): Pathway {
  const { stages } = context;
  const hidden = new Map<string, Term>();
  const credits = new Map<string, Term>();
  const deltas = new Map<string, Term>();
  const error: Term = { kind: "error", error: synapse.to };
  const learns = (stage: string): boolean => {
    const owner = stages.get(stage)?.weights;
    return owner !== undefined && stages.get(owner)?.tensor?.learning.learns === true;
  };

  const forward: { readonly step: PathStage; readonly input: Term }[] = [];
  let activity = context.activity;
  for (const [index, step] of synapse.path.entries()) {
    forward.push({ step, input: activity });
    const output = outputOf(step, activity, stages);
    if (index === synapse.path.length - 1) activity = output;
    else {
      hidden.set(step.stage, output);
      activity = { kind: "hidden", stage: step.stage };
    }
  }

  let credit: Term = error;
  for (const { step, input } of forward.toReversed()) {
    let met = passedBack(step, input, credit, stages, synapse.block);
    if (met !== error) {
      credits.set(step.stage, met);
      met = { kind: "credit", stage: step.stage };
    }
    if (learns(step.stage)) deltas.set(step.stage, { kind: "correlate", stage: step.stage, pre: input, post: met });
    credit = stages.get(step.stage)?.rule === "max" ? largest(step.stage, "pre", input, met) : back(step.stage, met);
  }

  const skip = skipOf(synapse, error, learns);
  if (skip?.delta !== undefined) deltas.set(skip.delta.stage, skip.delta);
  return {
    prediction: skip === undefined ? activity : { kind: "sum", terms: [activity, skip.prediction] },
    hidden,
    credits,
    deltas,
    ...(context.corrects ? { feedback: credit } : {}),
    ...(context.corrects && skip !== undefined && synapse.block?.skip.feedback === true
      ? { skipFeedback: skip.feedback }
      : {}),
  };
}

const through = (stage: string, of: Term): Term => ({ kind: "predict", stage, of });
const back = (stage: string, of: Term): Term => ({ kind: "feedback", stage, of });
const largest = (stage: string, produce: "post" | "pre", by: Term, of: Term): Term => ({
  kind: "largest",
  stage,
  produce,
  by,
  of,
});

/** What a pool makes of a map. */
const pooled = (pool: string, of: Term, stages: ReadonlyMap<string, GraphStage>): Term =>
  stages.get(pool)?.rule === "max" ? largest(pool, "post", of, of) : through(pool, of);

/** What the stage's activation is taken of. */
function beforeActivation(step: PathStage, input: Term, stages: ReadonlyMap<string, GraphStage>): Term {
  const made = pooled(step.stage, input, stages);
  return step.pool === undefined ? made : pooled(step.pool, made, stages);
}

function outputOf(step: PathStage, input: Term, stages: ReadonlyMap<string, GraphStage>): Term {
  const before = beforeActivation(step, input, stages);
  const active: Term =
    step.activation !== undefined ? { kind: "stage-activity", stage: step.stage, of: before } : before;
  return step.upsample === undefined ? active : through(step.upsample, active);
}

/** The error of what a stage passes on → the error that meets its weights. */
function passedBack(
  step: PathStage,
  input: Term,
  credit: Term,
  stages: ReadonlyMap<string, GraphStage>,
  block: GraphSynapse["block"],
): Term {
  let met = step.upsample === undefined ? credit : back(step.upsample, credit);
  if (block === undefined) return met;
  const exact = block.credit === "backprop";
  if (exact && step.activation !== undefined) {
    const slope: Term = { kind: "stage-slope", stage: step.stage, of: beforeActivation(step, input, stages) };
    met = { kind: "times", a: met, b: slope };
  }
  if (step.pool === undefined) return met;
  if (exact || (block.poolBypass === "argmax" && step.bypass !== undefined)) {
    return stages.get(step.pool)?.rule === "max"
      ? largest(step.pool, "pre", through(step.stage, input), met)
      : back(step.pool, met);
  }
  return step.bypass === undefined ? met : through(step.bypass, met);
}

interface SkipTerms {
  readonly prediction: Term;
  readonly feedback: Term;
  readonly delta?: Extract<Term, { kind: "correlate" }>;
}

/** The skip reads z itself, not φ(z). */
function skipOf(synapse: GraphSynapse, error: Term, learns: (stage: string) => boolean): SkipTerms | undefined {
  const { skip } = synapse;
  if (skip === undefined) return undefined;
  const z: Term = { kind: "state", state: synapse.from };
  // Both kinds of stage meet the smaller map: a larger target is repeated last, a smaller one averaged first.
  const { before, projection, after } = skip;
  const input = before === undefined ? z : through(before, z);
  const projected = projection === undefined ? input : through(projection, input);
  const met = after === undefined ? error : back(after, error);
  const returned = projection === undefined ? met : back(projection, met);
  return {
    prediction: after === undefined ? projected : through(after, projected),
    feedback: before === undefined ? returned : back(before, returned),
    ...(projection !== undefined && learns(projection)
      ? { delta: { kind: "correlate", stage: projection, pre: input, post: met } }
      : {}),
  };
}
