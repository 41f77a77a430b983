import { type Relation, type ValueType, weightShape } from "@settle/program";
import type { Equations, Parameter } from "../derive/equations.ts";

/** Type of a learned tensor. */
export function parameterType(equations: Equations, { kind, owner }: Pick<Parameter, "kind" | "owner">): ValueType {
  if (kind === "bias") return { batch: false, shape: equations.graph.errors.get(owner)?.biasShape ?? [] };
  const relation: Relation | undefined = equations.graph.synapses.get(owner)?.relation;
  return { batch: false, shape: relation === undefined ? [] : weightShape(relation) };
}
