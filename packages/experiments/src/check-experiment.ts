/** What is wrong with an experiment, told without opening its data or training anything. */
import { SettleError } from "@settle/diagnostics";
import type { CheckResult, LoadOptions } from "@settle/settle";
import { ExperimentError } from "./experiment-error.ts";
import { loadExperiment } from "./load-experiment.ts";
import { holdEqual } from "./plan/hold-equal.ts";
import { makeVariants } from "./variants/make-variants.ts";

/**
 * Everything that is wrong with an experiment: its own fields, its circuits with their changes, and what cannot be held
 * equal among them. Never throws for a fault of the user's.
 */
export async function checkExperiment(reference: string, { from }: LoadOptions = {}): Promise<CheckResult> {
  try {
    const experiment = await loadExperiment(reference, { ...(from !== undefined && { from }) });
    const { spec, source } = experiment;
    const { variants, faults } = await makeVariants(experiment);
    const diagnostics = faults.length > 0 ? faults : holdEqual(variants, experiment).diagnostics;
    if (diagnostics.length > 0) return { diagnostics, source };
    const seeds = typeof spec.seeds === "number" ? spec.seeds : spec.seeds.length;
    const counts = [
      counted(variants.length, "circuit"),
      counted(seeds, "seed"),
      counted(Object.keys(spec.tasks).length, "task"),
      counted(spec.metrics.length, "metric"),
    ];
    return { diagnostics: [], source, summary: counts.join(", ") };
  } catch (fault) {
    if (fault instanceof ExperimentError) {
      const { diagnostics, source } = fault;
      return { diagnostics, ...(source && { source }) };
    }
    if (fault instanceof SettleError) return { diagnostics: [fault.diagnostic] };
    throw fault;
  }
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
