/** Turns one phase of a Program into kernels: which run before the groups, in each group, and after them. */
import { argument, type Instruction, operandsOf, type PhaseName, type Program, sizeOf } from "@settle/program";
import type { Contract, Reduce } from "./fuse-phase.ts";
import type { ArrayIndex, GroupKernel, KernelOperand, PhasePlan, SharedKernel } from "./kernel-plan.ts";
import { type ArrayTable, PhaseValues } from "./phase-values.ts";
import { planBatched, planPartial } from "./plan-group.ts";
import { TransposedWeights } from "./plan-relation.ts";
import { planShared } from "./plan-shared.ts";

export function planPhase(program: Program, name: PhaseName, arrays: ArrayTable): PhasePlan {
  const values = new PhaseValues(program, name, arrays);
  /** Unbatched values that depend on sums over samples. */
  const late = new Set<number>();
  const head: SharedKernel[] = [];
  const transposed = new TransposedWeights(head);
  const group: GroupKernel[] = [];
  const tail: SharedKernel[] = [];
  const merges: { partial: ArrayIndex; shared: ArrayIndex }[] = [];

  for (const instruction of values.phase.instructions) {
    const { out } = instruction;
    if (values.fusion.absorbed.has(out)) continue;
    const { batch, shape } = values.typeOf(out);
    if (addsSamples(instruction)) {
      const partial = values.add(out, `${values.labelOf(out)}, per group`, "partial", sizeOf(shape));
      group.push(...planPartial(values, instruction, partial));
      merges.push({ partial, shared: values.allocateShared(out) });
      late.add(out);
    } else if (batch) {
      const kernel = planBatched(values, transposed, instruction);
      const repeats = values.takeRepeats();
      head.push(...repeats.shared);
      group.push(...repeats.group, kernel);
    } else {
      const isLate = operandsOf(instruction).some((value) => late.has(value));
      if (isLate) late.add(out);
      const kernel = planShared(values, instruction);
      (isLate ? tail : head).push(...values.takeRepeats().shared, kernel);
    }
  }
  for (const { buffer, value } of values.phase.writes) {
    const target = values.bufferArray(buffer);
    const array = values.at(value);
    if (array === target) continue;
    const { batch, shape } = values.typeOf(value);
    const elements = sizeOf(shape);
    const operands: KernelOperand[] = [{ kind: "array", array, map: { divide: 1, modulo: elements } }];
    const work = { operands, lets: [argument(0)], stores: [{ array: target, let: 0 }], sums: [] };
    const label = `${buffer} ← ${values.labelOf(value)}`;
    if (batch) group.push({ kind: "map", label, elements, work });
    else (late.has(value) || merges.length > 0 ? tail : head).push({ kind: "shared-map", label, elements, work });
  }
  return { head, group, merges, tail };
}

function addsSamples(instruction: Instruction): instruction is Contract | Reduce {
  return (
    (instruction.kind === "contract" && instruction.produce === "weight") ||
    (instruction.kind === "reduce" && instruction.batch)
  );
}
