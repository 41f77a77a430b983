/** A phase of the Program as tensor operations in order, with what may be freed after each. */
import { operandsOf, type Phase, type Program, type ValueId } from "@settle/program";
import type { Tensor } from "./backends/backend.ts";
import { contraction } from "./contraction/contraction.ts";
import { foldBiases, type FoldedInstruction } from "./fold-biases.ts";
import type { Kit } from "./kit.ts";
import { elementwise } from "./map/elementwise.ts";
import { maxPool } from "./contraction/max-pool.ts";
import { reduction } from "./reduction.ts";
import { triangularInverse } from "./triangular-inverse.ts";

export interface Operation {
  readonly out: ValueId;
  readonly compute: (values: readonly (Tensor | undefined)[], batch: number) => Tensor;
  /** Values nothing needs afterwards. */
  readonly frees: readonly ValueId[];
}

export interface CompiledPhase {
  readonly phase: Phase;
  /** Operations whose result is the same however often the phase repeats: they read no buffer the phase writes. */
  readonly once: readonly Operation[];
  readonly each: readonly Operation[];
}

export function compilePhase(kit: Kit, program: Program, phase: Phase): CompiledPhase {
  const instructions = foldBiases(phase, program.relations);
  const written = new Set(phase.writes.map(({ buffer }) => buffer));
  const steady = new Set(phase.reads.filter(({ buffer }) => !written.has(buffer)).map(({ value }) => value));
  for (const instruction of instructions) {
    if (operands(instruction).every((value) => steady.has(value))) steady.add(instruction.out);
  }
  const kept = new Set([...phase.reads, ...phase.writes].map(({ value }) => value));
  const operation = (instruction: FoldedInstruction, index: number): Operation => {
    const later = new Set(instructions.slice(index + 1).flatMap(operands));
    const frees = new Set(
      [...operands(instruction), instruction.out].filter(
        (value) => !later.has(value) && !kept.has(value) && !steady.has(value),
      ),
    );
    return { out: instruction.out, compute: computation(kit, program, phase, instruction), frees: [...frees] };
  };
  const all = instructions.map(operation);
  return {
    phase,
    once: all.filter(({ out }) => steady.has(out)),
    each: all.filter(({ out }) => !steady.has(out)),
  };
}

function operands(instruction: FoldedInstruction): readonly ValueId[] {
  const bias = instruction.kind === "contract" ? instruction.bias : undefined;
  return [...(operandsOf(instruction) as ValueId[]), ...(bias === undefined ? [] : [bias])];
}

function computation(
  kit: Kit,
  program: Program,
  { values: declared }: Phase,
  instruction: FoldedInstruction,
): Operation["compute"] {
  const typeOf = (value: ValueId) => {
    const type = declared[value]?.type;
    if (type === undefined) throw new Error(`the phase declares no value ${value}`);
    return type;
  };
  switch (instruction.kind) {
    case "contract": {
      const relation = program.relations[instruction.relation];
      if (relation === undefined) throw new Error(`the Program has no relation ${instruction.relation}`);
      const contract = contraction(kit, relation, instruction.produce);
      const { pre, post, weight, bias } = instruction;
      const get = (values: readonly (Tensor | undefined)[], value: ValueId | undefined): Tensor | undefined =>
        value === undefined ? undefined : values[value];
      return (values) =>
        contract({
          pre: get(values, pre),
          post: get(values, post),
          weight: get(values, weight),
          bias: get(values, bias),
        });
    }
    case "map": {
      const types = instruction.operands.map(typeOf);
      const map = elementwise(kit, instruction.expression, types, typeOf(instruction.out));
      return (values, batch) =>
        map(
          instruction.operands.map((value) => present(values, value)),
          batch,
        );
    }
    case "reduce": {
      const reduce = reduction(kit, typeOf(instruction.operand), instruction);
      return (values) => reduce(present(values, instruction.operand));
    }
    case "softmax":
      return (values) => kit.tf.softmax(present(values, instruction.operand), -1);
    case "max-pool": {
      const relation = program.relations[instruction.relation];
      if (relation === undefined) throw new Error(`the Program has no relation ${instruction.relation}`);
      const pool = maxPool(kit, relation, instruction.produce);
      return (values) => pool(present(values, instruction.by), present(values, instruction.of));
    }
    case "triangular-inverse": {
      const invert = triangularInverse(kit, typeOf(instruction.operand).shape);
      return (values) => invert(present(values, instruction.operand));
    }
    default:
      return instruction satisfies never;
  }
}

function present(values: readonly (Tensor | undefined)[], value: ValueId): Tensor {
  const tensor = values[value];
  if (tensor === undefined) throw new Error(`value ${value} is used before it is computed`);
  return tensor;
}
