/** The instructions of a phase as ONNX nodes. */
import {
  broadcastType,
  operandsOf,
  type BufferId,
  type Instruction,
  type Phase,
  type Program,
  sameType,
  type ValueId,
  type ValueType,
} from "@settle/program";
import type { GraphBuilder } from "./graph-builder.ts";
import { lowerContract } from "./lower-contract.ts";
import { lowerMaxPool } from "./lower-max-pool.ts";
import { lowerTriangularInverse } from "./lower-triangular-inverse.ts";
import { lowerExpression } from "./lower-expression.ts";

export interface PhaseContext {
  readonly program: Program;
  readonly builder: GraphBuilder;
  /** Holds what does not change from step to step. */
  readonly outside: GraphBuilder;
  /** Name of the number of samples, `[1]` int64. */
  readonly batch: string;
  /** Name of the value each buffer holds. */
  readonly buffers: ReadonlyMap<BufferId, string>;
}

/** @returns the names of what the phase writes */
export function lowerPhase(context: PhaseContext, phase: Phase): ReadonlyMap<BufferId, string> {
  const { buffers } = context;
  const names = new Map<ValueId, string>();
  for (const { value, buffer } of phase.reads) {
    const name = buffers.get(buffer);
    if (name === undefined) throw new Error(`onnx fault: nothing gives ${buffer}`);
    names.set(value, name);
  }
  const typeOf = (value: ValueId): ValueType => phase.values[value]!.type;
  for (const instruction of phase.instructions) {
    // What depends on no sample is the same in every step, since weights are.
    const same =
      !typeOf(instruction.out).batch && operandsOf(instruction).every((value) => !typeOf(value as ValueId).batch);
    const place = same ? { ...context, builder: context.outside } : context;
    names.set(
      instruction.out,
      lowerInstruction(place, instruction, (value) => names.get(value)!, typeOf),
    );
  }
  return new Map(phase.writes.map(({ buffer, value }) => [buffer, names.get(value)!]));
}

function lowerInstruction(
  { program, builder, outside, batch }: PhaseContext,
  instruction: Instruction,
  nameOf: (value: ValueId) => string,
  typeOf: (value: ValueId) => ValueType,
): string {
  switch (instruction.kind) {
    case "contract": {
      const { produce, weight } = instruction;
      const given = produce === "post" ? instruction.pre : instruction.post;
      if (produce === "weight" || given === undefined) throw new Error("onnx fault: a settle has no filter gradient");
      const relation = program.relations[instruction.relation]!;
      const weightName = weight === undefined ? undefined : nameOf(weight);
      return lowerContract(builder, relation, produce, { given: nameOf(given), weight: weightName, outside });
    }
    case "map": {
      const wanted = typeOf(instruction.out);
      let covered: ValueType = { batch: false, shape: [] };
      const operands = instruction.operands.map((operand) => {
        const type = typeOf(operand);
        covered = broadcastType(covered, type) ?? covered;
        return aligned(builder, nameOf(operand), type, wanted);
      });
      const result = lowerExpression(builder, instruction.expression, operands);
      if (sameType(covered, wanted)) return result;
      const shape = wanted.batch
        ? builder.add("Concat", [batch, builder.ints(wanted.shape)], { axis: 0 })
        : builder.ints(wanted.shape);
      return builder.add("Expand", [result, shape]);
    }
    case "reduce": {
      const { batch: overBatch, axes, operand, operation, keep } = instruction;
      const type = typeOf(operand);
      const first = type.batch ? 1 : 0;
      const reduced = [...(overBatch && type.batch ? [0] : []), ...axes.map((axis) => axis + first)];
      if (reduced.length === 0) return nameOf(operand);
      const name = nameOf(operand);
      const result =
        operation === "sum"
          ? builder.add("ReduceSum", [name, builder.ints(reduced)], { keepdims: keep ? 1 : 0 })
          : builder.add("ReduceMax", [name], { axes: reduced, keepdims: keep ? 1 : 0 });
      return keep && overBatch && type.batch ? builder.add("Squeeze", [result, builder.ints([0])]) : result;
    }
    case "softmax":
      return builder.add("Softmax", [nameOf(instruction.operand)], { axis: -1 });
    case "max-pool": {
      const { relation, produce, by, of } = instruction;
      const operands = { by: nameOf(by), of: nameOf(of) };
      return lowerMaxPool(builder, program.relations[relation]!, produce, operands);
    }
    case "triangular-inverse": {
      // Weights do not change while settling: it is taken once.
      const { operand } = instruction;
      return lowerTriangularInverse(outside, nameOf(operand), typeOf(operand).shape);
    }
    default:
      return instruction satisfies never;
  }
}

/** Shapes align at their last axis, samples at the first: what lies between gets axes of 1. */
function aligned(builder: GraphBuilder, name: string, type: ValueType, wanted: ValueType): string {
  const missing = wanted.shape.length - type.shape.length;
  if (!type.batch || missing === 0) return name;
  const ones = Array.from({ length: missing }, () => 1);
  return builder.add("Reshape", [name, builder.ints([-1, ...ones, ...type.shape])]);
}
