/** Gives circuits equal budgets where their numbers may be changed, and says where that cannot be done. */
import { type Diagnostic, formatPointer, valueAt } from "@settle/diagnostics";
import type { CircuitSpec } from "@settle/spec";
import type { Budget } from "../experiment-spec.ts";
import type { LoadedExperiment } from "../load-experiment.ts";
import { fitParameters } from "../variants/fit-parameters.ts";
import { checkCircuit, type VariantCircuit } from "../variants/variant-circuit.ts";
import type { BudgetReport, PlannedCircuit } from "./experiment-plan.ts";

export type AdjustedCircuit = VariantCircuit & Pick<PlannedCircuit, "adjusted">;

export interface HeldEqual {
  readonly circuits: readonly AdjustedCircuit[];
  readonly budgets: readonly BudgetReport[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Seconds that one image takes to learn from in one step of its settle, by circuit; measured. */
export type StepSeconds = Readonly<Record<string, number>>;

const defaultTolerance = 0.01;
/** A clock is no finer than this. */
const clockTolerance = 0.05;

/**
 * `parameters` changes what `adjust` names; `settleSteps`, `flops` and `wallTime` change the steps of the settle.
 *
 * @param stepSeconds  for `wallTime`; without it that budget is neither held nor judged
 */
export function holdEqual(
  variants: readonly VariantCircuit[],
  experiment: LoadedExperiment,
  stepSeconds?: StepSeconds,
): HeldEqual {
  const { equal = [], baseline, tolerance } = experiment.spec;
  const reference = variants.find(({ id }) => id === baseline) ?? variants[0];
  if (reference === undefined) return { circuits: [], budgets: [], diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  let circuits = variants.map((variant): AdjustedCircuit => ({ ...variant, adjusted: [] }));
  if (equal.includes("parameters")) circuits = circuits.map((each) => withParameters(each, reference, experiment));
  circuits = circuits.map((each) => withSteps(each, reference, equal, stepSeconds));
  const budgets = reportBudgets(circuits, reference.id, equal, stepSeconds);
  for (const report of budgets.filter(({ held }) => held)) {
    const allowed = tolerance ?? (report.budget === "wallTime" ? clockTolerance : defaultTolerance);
    if (report.budget === "wallTime" && stepSeconds === undefined) continue;
    const goal = report.values[reference.id] ?? NaN;
    const off = Object.entries(report.values).filter(([, value]) => Math.abs(value - goal) > allowed * goal);
    if (off.length > 0) diagnostics.push(unequal(report, off, goal, allowed, experiment));
  }
  return { circuits, budgets, diagnostics };
}

function withParameters(
  circuit: AdjustedCircuit,
  reference: VariantCircuit,
  experiment: LoadedExperiment,
): AdjustedCircuit {
  const pointers = experiment.spec.circuits[circuit.id]?.adjust;
  const target = reference.analysis.parameters.total;
  if (pointers === undefined || circuit.analysis.parameters.total === target || circuit.id === reference.id) {
    return circuit;
  }
  const fitted = fitParameters(circuit.spec, pointers, target);
  if (fitted === undefined) return circuit;
  const adjusted = pointers
    .map((pointer, i) => ({ pointer, from: Number(valueAt(circuit.spec, pointer)), to: fitted.values[i] ?? NaN }))
    .filter(({ from, to }) => from !== to);
  return { ...circuit, spec: fitted.spec, analysis: fitted.analysis, adjusted };
}

function withSteps(
  circuit: AdjustedCircuit,
  reference: VariantCircuit,
  equal: readonly Budget[],
  stepSeconds: StepSeconds | undefined,
): AdjustedCircuit {
  if (circuit.id === reference.id) return circuit;
  const from = circuit.analysis.steps;
  const to = wantedSteps(circuit, reference, equal, stepSeconds);
  if (to === from || to === undefined) return circuit;
  const checked = checkCircuit(withSettleSteps(circuit.spec, to));
  if (!checked.ok) return circuit;
  const adjusted = [...circuit.adjusted, { pointer: "/settle/steps", from, to }];
  return { ...circuit, spec: checked.spec, analysis: checked.analysis, adjusted };
}

function wantedSteps(
  { id, analysis }: AdjustedCircuit,
  reference: VariantCircuit,
  equal: readonly Budget[],
  stepSeconds: StepSeconds | undefined,
): number | undefined {
  const goal = reference.analysis;
  if (equal.includes("settleSteps")) return goal.steps;
  if (equal.includes("flops")) {
    const besides = analysis.flopsPerSettle - analysis.steps * analysis.flopsPerStep;
    return Math.max(1, Math.round((goal.flopsPerSettle - besides) / analysis.flopsPerStep));
  }
  const [own, theirs] = [stepSeconds?.[id], stepSeconds?.[reference.id]];
  if (!equal.includes("wallTime") || own === undefined || theirs === undefined) return undefined;
  return Math.max(1, Math.round((goal.steps * theirs) / own));
}

function withSettleSteps(spec: CircuitSpec, steps: number): unknown {
  return { ...spec, settle: { ...spec.settle, steps } };
}

function reportBudgets(
  circuits: readonly AdjustedCircuit[],
  reference: string,
  equal: readonly Budget[],
  stepSeconds: StepSeconds | undefined,
): readonly BudgetReport[] {
  const valueOf: Readonly<Record<Budget, (circuit: AdjustedCircuit) => number>> = {
    parameters: ({ analysis }) => analysis.parameters.total,
    settleSteps: ({ analysis }) => analysis.steps,
    flops: ({ analysis }) => analysis.flopsPerSettle,
    wallTime: ({ id, analysis }) => analysis.steps * (stepSeconds?.[id] ?? NaN),
  };
  return (Object.keys(valueOf) as Budget[])
    .filter((budget) => budget !== "wallTime" || stepSeconds !== undefined || equal.includes("wallTime"))
    .map((budget) => {
      const values = Object.fromEntries(circuits.map((circuit) => [circuit.id, valueOf[budget](circuit)]));
      const all = Object.values(values);
      const spread = (Math.max(...all) - Math.min(...all)) / (values[reference] ?? NaN);
      return { budget, held: equal.includes(budget), values, spread };
    });
}

const names: Readonly<Record<Budget, string>> = {
  parameters: "parameters",
  settleSteps: "steps of the settle",
  flops: "FLOPs of a settle",
  wallTime: "seconds an image takes",
};

function unequal(
  { budget }: BudgetReport,
  off: readonly (readonly [id: string, value: number])[],
  goal: number,
  allowed: number,
  { spec, source }: LoadedExperiment,
): Diagnostic {
  const show = (value: number): string => Number(value.toPrecision(6)).toLocaleString("en");
  const listed = off.map(([id, value]) => `"${id}" ${show(value)}`).join(", ");
  const index = spec.equal?.indexOf(budget) ?? 0;
  return {
    code: "experiment/unequal-budgets",
    severity: "error",
    message: `The ${names[budget]} cannot be held equal: ${listed}, against ${show(goal)} wanted (within ${allowed * 100} %).`,
    help: remedyOf(
      budget,
      off.map(([id]) => id),
      spec.equal ?? [],
    ),
    ...source.place(formatPointer(["equal", index]), "value"),
  };
}

function remedyOf(budget: Budget, ids: readonly string[], equal: readonly Budget[]): string {
  if (budget === "parameters") {
    return `name numbers of channels that may be changed in \`adjust\` of ${ids.map((id) => `"${id}"`).join(", ")}, or give a larger \`tolerance\`.`;
  }
  const others = equal.filter((each) => each !== budget && each !== "parameters");
  return others.length > 0
    ? `the steps of the settle are held by "${others[0]}" already: leave one of the two out of \`equal\`.`
    : "give a larger `tolerance`.";
}
