/** All circuits of an experiment, with every fault that keeps one of them from being trained. */
import { type Diagnostic, formatPointer, SettleError } from "@settle/diagnostics";
import { backpropagationOf } from "@settle/settle";
import type { LoadedExperiment } from "../load-experiment.ts";
import { type VariantCircuit, variantCircuit } from "./variant-circuit.ts";

export async function makeVariants(
  experiment: LoadedExperiment,
): Promise<{ readonly variants: readonly VariantCircuit[]; readonly faults: readonly Diagnostic[] }> {
  const made = await Promise.all(
    Object.entries(experiment.spec.circuits).map(([id, variant]) => variantCircuit(id, variant, experiment)),
  );
  const variants = made.flatMap((each) => (each.ok ? [each.variant] : []));
  const faults = made.flatMap((each) => (each.ok ? [] : each.diagnostics));
  return { variants, faults: [...faults, ...variants.flatMap((each) => checkBackpropagation(each, experiment))] };
}

/** What keeps a variant that is to be trained by backpropagation from it. */
function checkBackpropagation({ id, spec }: VariantCircuit, experiment: LoadedExperiment): readonly Diagnostic[] {
  if (experiment.spec.circuits[id]?.train === undefined) return [];
  try {
    backpropagationOf(spec);
    return [];
  } catch (fault) {
    if (!(fault instanceof SettleError)) throw fault;
    const place = experiment.source.place(formatPointer(["circuits", id, "train"]), "value");
    return [{ ...fault.diagnostic, message: `The circuit "${id}": ${fault.diagnostic.message}`, ...place }];
  }
}
