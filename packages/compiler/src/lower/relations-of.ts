import type { Relation } from "@settle/program";
import { precisionId } from "../derive/derive-precision.ts";
import type { CircuitGraph } from "../resolve/circuit-graph.ts";

/** What is a relation of the Program: stages, lateral synapses and full precisions, in this order. */
export function relationsOf(graph: CircuitGraph): readonly { readonly id: string; readonly relation: Relation }[] {
  const precisions = [...graph.errors.values()].flatMap(({ id, precision }) =>
    precision?.relation === undefined ? [] : [{ id: precisionId(id), relation: precision.relation }],
  );
  return [...graph.stages.values(), ...graph.laterals.values(), ...precisions];
}
