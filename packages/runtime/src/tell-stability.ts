/** Tells a training's estimates of λmax, and warns once when settling comes close to its limit. */
import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { Program } from "@settle/program";
import type { LearnResult } from "./session.ts";
import { printFigure, type StabilityEstimate } from "./stability.ts";
import { emit, type TrainingRun, whereabouts } from "./training-run.ts";

/** Of the range of β·λmax, which is 2 for Euler steps: above it a linear settle diverges. */
const nearUnstable = 0.95;
/** What it must fall below before another warning: an estimate moves a few percent from batch to batch. */
const wellBelow = 0.85;

/** @param learned the update that the estimate was made in, before it is counted */
export async function tellStability(
  run: TrainingRun,
  estimate: StabilityEstimate,
  learned: LearnResult,
): Promise<void> {
  const wasNear = run.stability?.near === true;
  const near = estimate.growth > (wasNear ? wellBelow : nearUnstable) * estimate.range;
  const crossed = near && !wasNear;
  run.stability = { estimate, updates: run.updates, near };
  const { restrained } = learned;
  await emit(run, {
    kind: "stability",
    epoch: run.epoch,
    step: run.step + 1,
    updates: run.session.updates,
    estimate,
    ...(restrained !== undefined && { restrained }),
    ...(crossed && { diagnostic: nearUnstableDiagnostic(run, estimate) }),
  });
}

/** With the updates made since. */
export function latestEstimate({
  stability,
  updates,
}: TrainingRun): { readonly estimate: StabilityEstimate; readonly ago: number } | undefined {
  return stability && { estimate: stability.estimate, ago: updates - stability.updates };
}

function nearUnstableDiagnostic(
  run: TrainingRun,
  { lambdaMax, growth, range, limit, rate }: StabilityEstimate,
): Diagnostic {
  return settleError(
    "run/near-unstable",
    `λmax reached ${printFigure(lambdaMax)} ${whereabouts(run)}: at rate ${printFigure(rate)} β·λmax is ` +
      `${printFigure(growth)}, and a linear settle diverges at ${printFigure(range)}.`,
    { severity: "warning", help: remedyOf(run.session.program, limit) },
  ).diagnostic;
}

function remedyOf({ learn, stability }: Program, limit: number): string {
  if (stability?.auto !== undefined) return "if settling climbs, lower the margin of `settle.rate`";
  const bound = printFigure(0.9 * limit);
  return learn.stable === undefined
    ? `bound it, with { "kind": "stable", "bound": ${bound} } in \`learn.constraint\`, or lower \`settle.rate\` or \`learn.rate\``
    : `the bound of the circuit is ${printFigure(learn.stable.bound)}: if settling climbs, lower it to ${printFigure(0.8 * limit)}`;
}
