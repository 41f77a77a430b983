/** Fields that only make sense together with others: laws in their place, constraints that fit the weights. */
import type { FaultList } from "../fault.ts";
import type {
  NormalBlock,
  NormalCircuit,
  NormalSynapse,
  NormalTensor,
  OperationKind,
} from "../normalize/normal-circuit.ts";
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
  for (const synapse of circuit.synapses) {
    const own = pointerTo("synapses", synapse.id);
    const at = originPointer(circuit, `${own}/learn/constraint`);
    if (synapse.block === undefined) {
      if (synapse.kind !== "block" && synapse.weights === undefined) {
        checkConstraint(`Synapse "${synapse.id}"`, synapse.kind, synapse, at, faults);
      }
      checkFeedback(circuit, synapse, faults);
      continue;
    }
    const stages = originPointer(circuit, `${own}/stages`);
    for (const [index, stage] of synapse.block.stages.entries()) {
      const pointer = stage.constraint === synapse.constraint ? at : `${stages}/${index}/learn/constraint`;
      checkConstraint(`Stage ${index} of block "${synapse.id}"`, stage.kind, stage, pointer, faults);
    }
    checkCredit(circuit, synapse, synapse.block, faults);
  }
}

function checkConstraint(
  what: string,
  kind: OperationKind,
  { constraint, learning }: NormalTensor,
  pointer: string,
  faults: FaultList,
): void {
  if (constraint.kind !== "max-norm" || !learning.learns) return;
  const { over } = constraint;
  const filters = synapseKinds[kind].filters;
  if (filters === (over === "kernel")) return;
  faults.report({
    code: "resolve/constraint-misfit",
    pointer,
    message: `${what} is ${kind}, and a max-norm over its "${over}" means nothing.`,
    help: filters
      ? 'use "over": "kernel" (each 2-D filter), here or in the synapse\'s own "learn".'
      : 'use "over": "source" or "target" (rows or columns of the matrix), here or in the synapse\'s own "learn".',
  });
}

/** Without weights there is nothing to learn, on the way back neither. */
function checkFeedback(circuit: NormalCircuit, { id, kind }: NormalSynapse, faults: FaultList): void {
  if (kind !== "pool" && kind !== "upsample") return;
  const feedback = circuit.errorSynapses.find(({ twin }) => twin === id);
  if (feedback?.weights.kind !== "separate") return;
  faults.report({
    code: "resolve/feedback-misfit",
    pointer: originPointer(circuit, pointerTo("synapses", id, "feedback")),
    message: `Synapse "${id}" is a ${kind}, which has no weights that error weights could follow.`,
    help: 'make its feedback "tied" (the adjoint) or "none".',
  });
}

/** The exact gradient goes back through the very weights of the prediction. */
function checkCredit(circuit: NormalCircuit, { id }: NormalSynapse, block: NormalBlock, faults: FaultList): void {
  if (block.credit !== "backprop") return;
  const separate = block.stages.findIndex(({ errorWeights }) => errorWeights.kind === "separate");
  if (separate < 0) return;
  faults.report({
    code: "resolve/feedback-misfit",
    pointer: originPointer(circuit, pointerTo("synapses", id, "credit")),
    message: `Block "${id}" has the credit backprop, but stage ${separate} has error weights of its own.`,
    help: 'make the feedback "tied", or the credit "lra".',
  });
}

/** Where the user wrote the value of a field, if anywhere. */
export function originPointer(circuit: NormalCircuit, pointer: string): string {
  const origin = circuit.origins.get(pointer);
  return origin?.kind === "written" ? origin.pointer : pointer;
}
