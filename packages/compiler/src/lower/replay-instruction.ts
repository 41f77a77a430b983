/** Emits an instruction of one phase once more in another, on other values. */
import type { Instruction, Phase, ValueId } from "@settle/program";
import type { PhaseBuilder } from "./phase-builder.ts";

/**
 * @param phase       the phase the instruction is of: its value's type and label are taken over
 * @param relationId  what the builder calls a relation of the Program
 * @param at          the value that stands for an operand
 */
export function replayInstruction(
  builder: PhaseBuilder,
  phase: Phase,
  instruction: Instruction,
  relationId: (relation: number) => string,
  at: (operand: ValueId) => ValueId,
): ValueId {
  const { out } = instruction;
  const label = labelOf(phase, out);
  switch (instruction.kind) {
    case "contract": {
      const { pre, post, weight } = instruction;
      const operands = {
        ...(pre !== undefined && { pre: at(pre) }),
        ...(post !== undefined && { post: at(post) }),
        ...(weight !== undefined && { weight: at(weight) }),
      };
      return builder.contract(relationId(instruction.relation), instruction.produce, operands, label);
    }
    case "map":
      return builder.map(instruction.expression, instruction.operands.map(at), label, phase.values[out]!.type);
    case "reduce":
      return builder.reduce(at(instruction.operand), instruction, label);
    case "softmax":
      return builder.softmax(at(instruction.operand), label);
    case "max-pool": {
      const { relation, produce, by, of } = instruction;
      return builder.maxPool(relationId(relation), produce, at(by), at(of), label);
    }
    case "triangular-inverse":
      return builder.triangularInverse(at(instruction.operand), label);
    default:
      return instruction satisfies never;
  }
}

export const labelOf = (phase: Phase, value: ValueId): string => phase.values[value]?.label ?? `%${value}`;
