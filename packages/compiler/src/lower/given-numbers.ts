/** Numbers that belong to the circuit and never change: they are inputs with a default, and in no checkpoint. */
import { type InitialLaw, type Shape, weightShape } from "@settle/program";
import { precisionId } from "../derive/derive-precision.ts";
import type { CircuitGraph, GraphError, GraphLateral } from "../resolve/circuit-graph.ts";
import { offDiagonalId, triangleId } from "./buffer-ids.ts";

export interface GivenNumbers {
  readonly id: string;
  readonly shape: Shape;
  readonly initial: InitialLaw;
  readonly description: string;
}

export function givenNumbers({ laterals, errors }: CircuitGraph): readonly GivenNumbers[] {
  return [...[...laterals.values()].flatMap(ofLateral), ...[...errors.values()].flatMap(ofPrecision)];
}

/** Whether σ is one number that expressions hold themselves. */
export function constantDeviation({ precision }: GraphError): number | undefined {
  const plain = precision?.kind === "scalar" && precision.learn === undefined;
  return plain && precision.initial.kind === "constant" ? precision.initial.value : undefined;
}

function ofLateral({ id, weights, relation, law, offDiagonal }: GraphLateral): readonly GivenNumbers[] {
  const shape = weightShape(relation);
  if (weights.kind === "groups" || weights.kind === "matrix") {
    return [{ id, shape, initial: law, description: `lateral weights of ${id}` }];
  }
  if (!offDiagonal) return [];
  const description = `0 where an entry would drive itself through ${id}`;
  return [{ id: offDiagonalId(id), shape, initial: offDiagonalLaw(shape), description }];
}

function offDiagonalLaw(shape: Shape): InitialLaw {
  if (shape.length === 2) return { kind: "matrix", diagonal: 0, below: 1, above: 1 };
  const [height = 1, width = 1, sources = 1, targets = 1] = shape;
  const centre = Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);
  const values = Array.from({ length: height * width * sources * targets }, (_, at) => {
    const [tap, source, target] = [
      Math.floor(at / (sources * targets)),
      Math.floor(at / targets) % sources,
      at % targets,
    ];
    return tap === centre && source === target ? 0 : 1;
  });
  return { kind: "values", values };
}

function ofPrecision(error: GraphError): readonly GivenNumbers[] {
  const { id, precision } = error;
  if (precision === undefined || constantDeviation(error) !== undefined) return [];
  const { kind, shape, initial, learn } = precision;
  if (learn === undefined) {
    const description = kind === "full" ? `R of ${id}, with Σ = R·Rᵀ` : `standard deviations of ${id}`;
    return [{ id: precisionId(id), shape, initial, description }];
  }
  if (kind !== "full") return [];
  const triangle: InitialLaw = { kind: "matrix", diagonal: 2, below: 1, above: 0 };
  return [
    { id: triangleId(id), shape, initial: triangle, description: `where R of ${id} has entries; 2 on its diagonal` },
  ];
}
