/** Fields that only make sense together with others: laws in their place, constraints that fit the weights. */
import type { FaultList } from "../fault.ts";
import type { NormalCircuit, NormalSynapse } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import { synapseKinds } from "../synapses/synapse-kinds.ts";

export function checkFields(circuit: NormalCircuit, faults: FaultList): void {
  for (const state of circuit.states) {
    if (state.initial.kind !== "uniform") continue;
    faults.report({
      code: "resolve/start-law",
      pointer: originPointer(circuit, pointerTo("states", state.id, "initial")),
      message: `State "${state.id}" starts by a uniform law.`,
      help: 'a state starts at "normal", "constant" or "zeros"; uniform is for weights.',
    });
  }
  for (const synapse of circuit.synapses) checkConstraint(circuit, synapse, faults);
}

function checkConstraint(circuit: NormalCircuit, synapse: NormalSynapse, faults: FaultList): void {
  if (synapse.constraint.kind !== "max-norm" || !synapse.learning.learns) return;
  const { over } = synapse.constraint;
  const filters = synapseKinds[synapse.kind].filters;
  if (filters === (over === "kernel")) return;
  faults.report({
    code: "resolve/constraint-misfit",
    pointer: originPointer(circuit, pointerTo("synapses", synapse.id, "learn") + "/constraint"),
    message: `Synapse "${synapse.id}" is ${synapse.kind}, and a max-norm over its "${over}" means nothing.`,
    help: filters
      ? 'use "over": "kernel" (each 2-D filter), here or in the synapse\'s own "learn".'
      : 'use "over": "source" or "target" (rows or columns of the matrix), here or in the synapse\'s own "learn".',
  });
}

/** Where the user wrote the value of a field, if anywhere. */
function originPointer(circuit: NormalCircuit, pointer: string): string {
  const origin = circuit.origins.get(pointer);
  return origin?.kind === "written" ? origin.pointer : pointer;
}
