import { type Relation, type ValueType, weightShape } from "@settle/program";
import type { Equations, Parameter } from "../derive/equations.ts";

/** Type of a learned tensor. */
export function parameterType({ graph }: Equations, { kind, owner }: Pick<Parameter, "kind" | "owner">): ValueType {
  const weights = (relation: Relation | undefined): ValueType => ({
    batch: false,
    shape: relation === undefined ? [] : weightShape(relation),
  });
  switch (kind) {
    case "generative":
    case "error":
      return weights(graph.stages.get(owner)?.relation);
    case "lateral":
      return weights(graph.laterals.get(owner)?.relation);
    case "bias":
      return { batch: false, shape: graph.errors.get(owner)?.biasShape ?? [] };
    case "precision":
      return { batch: false, shape: graph.errors.get(owner)?.precision?.shape ?? [] };
    default:
      return kind satisfies never;
  }
}
