/** Instructions on parameters and sums alone as kernels that run once. */
import { type Instruction, sizeOf } from "@settle/program";
import { axisTerms, keptShape } from "./axis-terms.ts";
import type { SharedKernel } from "./kernel-plan.ts";
import type { PhaseValues } from "./phase-values.ts";

export function planShared(values: PhaseValues, instruction: Instruction): SharedKernel {
  const { out } = instruction;
  const type = values.typeOf(out);
  const label = values.labelOf(out);
  switch (instruction.kind) {
    case "map": {
      const operands = instruction.operands.map((each) => values.operand(each, type));
      const stores = [{ array: values.allocate(out), let: 0 }];
      const work = { operands, lets: [instruction.expression], stores, sums: [] };
      return { kind: "shared-map", label, elements: sizeOf(type.shape), work };
    }
    case "reduce": {
      const { shape } = values.typeOf(instruction.operand);
      return {
        kind: "shared-reduce",
        label,
        operation: instruction.operation,
        input: values.at(instruction.operand),
        inputElements: sizeOf(shape),
        output: values.allocate(out),
        outputElements: sizeOf(type.shape),
        axes: axisTerms(shape, keptShape(shape, instruction.axes)),
      };
    }
    case "triangular-inverse": {
      const size = type.shape.at(-1) ?? 0;
      const input = values.at(instruction.operand);
      return { kind: "triangular-inverse", label, input, output: values.allocate(out), size };
    }
    case "contract":
    case "softmax":
    case "max-pool":
      throw values.unsupported(`${instruction.kind} of parameters alone`);
    default:
      return instruction satisfies never;
  }
}
