/** What scripts read: `settle compare --json`, and `comparison.json` in the folder. */
import type { Comparison } from "../comparison.ts";

export function comparisonJson({ dir, plan, runs, comparisons, hypotheses, time }: Comparison): unknown {
  const runsOf = (id: string): unknown =>
    runs
      .filter(({ circuit }) => circuit === id)
      .map((run) => ({
        seed: run.seed,
        metrics: run.metrics,
        status: run.status,
        key: run.key,
        trainingSeconds: run.trainingSeconds,
        ...(run.diagnostic && { diagnostic: run.diagnostic }),
      }));
  return {
    run: dir,
    experiment: plan.name,
    engine: plan.engine,
    seeds: plan.seeds,
    circuits: plan.circuits.map(({ id, title, base, analysis, adjusted, batch, rate, backpropagation }) => ({
      name: id,
      title,
      base,
      hash: analysis.hash,
      hierarchical: analysis.class.hierarchical,
      parameters: analysis.parameters.total,
      steps: analysis.steps,
      flopsPerStep: analysis.flopsPerStep,
      batch,
      rate,
      learning: backpropagation ? "backpropagation" : "local",
      adjusted,
      runs: runsOf(id),
    })),
    autoencoders: plan.autoencoders.map(({ id, title, kind, parameters, engine, batch, rate }) => ({
      name: id,
      title,
      kind,
      parameters,
      engine,
      batch,
      rate,
      runs: runsOf(id),
    })),
    budgets: plan.budgets,
    published: plan.published,
    comparisons,
    hypotheses: hypotheses.map(({ says, metric, better, than, verdict }) => ({
      ...(says !== undefined && { says }),
      metric,
      better,
      than,
      verdict,
    })),
    seconds: time,
  };
}
