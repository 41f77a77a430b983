/** How the settle of one sample ended. Samples never influence each other, so each has a status of its own. */
import { type Diagnostic, settleError } from "@settle/diagnostics";
import { printFigure, type StabilityEstimate } from "./stability.ts";

export type SampleStatus = SampleEnd & {
  /** Where steps adapt themselves: how far the settle came, in Euler steps. */
  readonly time?: number;
};

type SampleEnd =
  /** Its discrepancy stopped changing at `step`; the sample was frozen there. */
  | { readonly kind: "settled"; readonly step: number }
  /** It took all `step` steps. The usual end where the circuit sets no tolerance. */
  | { readonly kind: "max-steps"; readonly step: number }
  /** Its discrepancy was no longer finite, or rose steadily, at `step` (from 1; 0: already at the start). */
  | { readonly kind: "diverged"; readonly step: number };

/** What to do about a status; empty if nothing needs doing. */
export function remedyOf(status: SampleStatus): string {
  switch (status.kind) {
    case "settled":
      return "";
    case "max-steps":
      return "if it should have settled: raise `settle.steps`, or widen `settle.tolerance`";
    case "diverged":
      return status.step === 0
        ? "the start itself is not finite: look at the weights (lower `learn.rate`, add a max-norm `learn.constraint`) and at the initial laws"
        : 'lower `settle.rate` (Euler steps are stable below 2/λmax, momentum m below 2(1 + m)/λmax); if it settled in earlier updates, lower `learn.rate` or bound λmax: { "kind": "stable" } in `learn.constraint`';
    default:
      return status satisfies never;
  }
}

/** A sample whose settle diverged. */
export interface DivergedSample {
  /** Its index in its source. */
  readonly sample: number;
  /** The step of the settle at which it diverged; 0 is the start. */
  readonly step: number;
}

/**
 * Says which samples diverged, where, and what to do.
 * @param where e.g. `in epoch 3, update 17 of 60`
 * @param latest the last estimate of λmax, and how many updates ago it was made
 */
export function divergenceDiagnostic(
  diverged: readonly DivergedSample[],
  where?: string,
  latest?: { readonly estimate: StabilityEstimate; readonly ago: number },
): Diagnostic {
  const [first] = diverged;
  if (first === undefined) throw new Error("no sample diverged");
  const others = diverged.length - 1;
  return settleError(
    "run/diverged",
    `Sample ${first.sample} diverged at step ${first.step} of its settle${where === undefined ? "" : ` ${where}`}` +
      `${others > 0 ? `, and so did ${others} other sample${others > 1 ? "s" : ""} of the batch` : ""}.${latest === undefined ? "" : ` ${likelyCause(latest)}`}`,
    { help: remedyOf({ kind: "diverged", step: first.step }) },
  ).diagnostic;
}

function likelyCause({ estimate, ago }: { readonly estimate: StabilityEstimate; readonly ago: number }): string {
  const { lambdaMax, limit, rate } = estimate;
  const when = ago === 0 ? "in this update" : `(${ago} update${ago > 1 ? "s" : ""} earlier)`;
  const figure = `λmax was ${printFigure(lambdaMax)} ${when}, and settling at rate ${printFigure(rate)} is stable below ${printFigure(limit)}`;
  return lambdaMax > 0.8 * limit ? `The likely cause is λmax: ${figure}.` : `${figure}.`;
}
