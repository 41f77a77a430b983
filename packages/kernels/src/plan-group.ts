/** Instructions on samples as kernels of a lane group. */
import { argument, type Instruction, sizeOf } from "@settle/program";
import { keptShape } from "./axis-terms.ts";
import type { Contract, Reduce } from "./fuse-phase.ts";
import type { ArrayIndex, GroupKernel } from "./kernel-plan.ts";
import type { PhaseValues } from "./phase-values.ts";
import { planMaxPool } from "./plan-indexed.ts";
import { sumLanes } from "./plan-repeat.ts";
import { planContract, planGradient, relationOf, type TransposedWeights } from "./plan-relation.ts";

/** An instruction whose result each sample has for itself. */
export function planBatched(values: PhaseValues, transposed: TransposedWeights, instruction: Instruction): GroupKernel {
  const { out } = instruction;
  const label = values.labelOf(out);
  switch (instruction.kind) {
    case "contract":
      return planContract(values, transposed, instruction, out, undefined);
    case "map": {
      const contract = values.fusion.hostOf.get(out);
      if (contract !== undefined) return planContract(values, transposed, contract, out, instruction);
      return { kind: "map", label, elements: sizeOf(values.typeOf(out).shape), work: values.workOf(out, instruction) };
    }
    case "reduce": {
      const type = values.typeOf(instruction.operand);
      if (instruction.operation !== "sum") throw values.unsupported(`the reduction ${label}`);
      if (instruction.axes.length < type.shape.length) {
        const to = keptShape(type.shape, instruction.axes);
        return sumLanes({
          label,
          input: values.at(instruction.operand),
          output: values.allocate(out),
          from: type.shape,
          to,
        });
      }
      const operands = [values.operand(instruction.operand, type)];
      const sums = [{ array: values.allocate(out), let: 0 }];
      const work = { operands, lets: [argument(0)], stores: [], sums };
      return { kind: "map", label, elements: sizeOf(type.shape), work };
    }
    case "softmax": {
      const { shape } = values.typeOf(out);
      const channels = shape.at(-1) ?? 1;
      const input = values.at(instruction.operand);
      const positions = sizeOf(shape) / channels;
      return { kind: "softmax", label, input, output: values.allocate(out), positions, channels };
    }
    case "max-pool":
      return planMaxPool(values, relationOf(values, instruction.relation), instruction);
    case "triangular-inverse":
      throw new Error(`kernel fault: ${label} inverts a matrix for every sample`);
    default:
      return instruction satisfies never;
  }
}

/** An instruction that adds up samples: what the group adds, into a partial. */
export function planPartial(
  values: PhaseValues,
  instruction: Contract | Reduce,
  output: ArrayIndex,
): readonly GroupKernel[] {
  if (instruction.kind === "contract") return [planGradient(values, instruction, output)];
  const { out, operand, operation, axes } = instruction;
  const label = values.labelOf(out);
  if (operation !== "sum") throw values.unsupported(`the reduction ${label}`);
  const { shape } = values.typeOf(operand);
  const channels = sizeOf(values.typeOf(out).shape);
  const input = values.at(operand);
  if (axes.every((axis, index) => axis === index)) {
    return [{ kind: "lane-sum", label, input, positions: sizeOf(shape) / channels, channels, output }];
  }
  const each = values.add(out, `${label}, per sample`, "temporary", channels);
  const sums = sumLanes({ label, input, output: each, from: shape, to: keptShape(shape, axes) });
  return [sums, { kind: "lane-sum", label, input: each, positions: 1, channels, output }];
}
