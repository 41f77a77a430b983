/** Faults of a conformance file that its format alone does not show. */
import type { Diagnostic } from "@settle/diagnostics";

import type { Fixture } from "./fixture.ts";
import { damaged } from "./parse-fixture.ts";

/** Parts of the file that are missing, or do not fit the others. */
export function contradictions(fixture: Fixture, file: string): readonly Diagnostic[] {
  const { circuit, batch, initialStates, final } = fixture;
  const faults: Diagnostic[] = [];
  for (const [id, { shape, mode }] of Object.entries(circuit.states)) {
    const wanted = [batch, ...shape].join(", ");
    const given = { "/initialStates": initialStates[id], "/circuit/masks": circuit.masks[id] };
    for (const [pointer, tensor] of Object.entries(given)) {
      if (tensor === undefined && (pointer === "/initialStates" || mode === "masked")) {
        faults.push(damaged(file, pointer, `State "${id}" has no tensor in ${pointer}.`));
      } else if (tensor !== undefined && tensor.shape.join(", ") !== wanted) {
        const shapeGiven = tensor.shape.join(", ");
        faults.push(damaged(file, `${pointer}/${id}`, `${pointer}/${id} is [${shapeGiven}], not [${wanted}].`));
      }
    }
  }
  for (const [id, { op, weights, stages }] of Object.entries(circuit.synapses)) {
    if (stages !== undefined) continue;
    if (op === undefined || weights === undefined) {
      faults.push(damaged(file, `/circuit/synapses/${id}`, `Synapse "${id}" has no operation or no weights.`));
    } else if (op.kind !== "dense" && op.kernel === undefined) {
      faults.push(damaged(file, `/circuit/synapses/${id}/op`, `Synapse "${id}" has no kernel.`));
    }
  }
  for (const [id, { precision }] of Object.entries(circuit.errors)) {
    if (precision === undefined) continue;
    const wanted = precision.kind === "cholesky" ? "matrix" : "list of numbers";
    if ((wanted === "matrix") === precision.sigma.every(Array.isArray)) continue;
    faults.push(damaged(file, `/circuit/errors/${id}/precision`, `The sigma of "${id}" is not a ${wanted}.`));
  }
  if (final.discrepancy.length !== final.discrepancyOrder.length) {
    faults.push(damaged(file, "/final/discrepancy", "There are not as many discrepancies as names in their order."));
  }
  return faults;
}
