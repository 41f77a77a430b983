/** A phase as a list of closures over its values. */
import {
  type Instruction,
  type Phase,
  type Program,
  type Relation,
  type ValueId,
  type ValueType,
} from "@settle/program";
import { settleError } from "@settle/diagnostics";

import { contraction } from "./contraction.ts";
import { elementwise } from "./elementwise.ts";
import { maxPool } from "./max-pool.ts";
import { reduction, softmax } from "./reduction.ts";
import { triangularInverse } from "./triangular-inverse.ts";

/** Computes one value from those before it, for `batch` samples. */
export interface Operation {
  readonly out: ValueId;
  readonly compute: (values: readonly Float64Array[], batch: number) => Float64Array;
}

/** @throws {SettleError} `engine/unsupported` for an instruction this engine does not know */
export function compilePhase(program: Program, phase: Phase): readonly Operation[] {
  return phase.instructions.map((instruction) => ({
    out: instruction.out,
    compute: operationOf(program, phase, instruction),
  }));
}

function operationOf(program: Program, phase: Phase, instruction: Instruction): Operation["compute"] {
  const type = (id: ValueId): ValueType => {
    const value = phase.values[id];
    if (value === undefined) throw new Error(`the Program uses value ${id}, which its phase does not declare`);
    return value.type;
  };
  switch (instruction.kind) {
    case "contract":
      return contractOperation(program, instruction);
    case "map": {
      const { operands } = instruction;
      const apply = elementwise(instruction.expression, operands.map(type), type(instruction.out));
      return (values, batch) =>
        apply(
          operands.map((id) => at(values, id)),
          batch,
        );
    }
    case "reduce": {
      const { operand } = instruction;
      const apply = reduction(instruction.operation, type(operand), instruction.axes, instruction.batch);
      return (values, batch) => apply(at(values, operand), batch);
    }
    case "softmax": {
      const { operand } = instruction;
      const channels = type(operand).shape.at(-1) ?? 1;
      return (values) => softmax(at(values, operand), channels);
    }
    case "max-pool": {
      const { by, of, produce } = instruction;
      const pool = maxPool(relationOf(program, instruction.relation));
      return (values, batch) => pool[produce](at(values, by), at(values, of), batch);
    }
    case "triangular-inverse": {
      const { operand } = instruction;
      const size = type(operand).shape.at(-1) ?? 0;
      return (values) => triangularInverse(at(values, operand), size);
    }
    default:
      return unknownInstruction(instruction);
  }
}

function contractOperation(
  program: Program,
  instruction: Extract<Instruction, { kind: "contract" }>,
): Operation["compute"] {
  const { produce, pre, post, weight } = instruction;
  const contract = contraction(relationOf(program, instruction.relation));
  const { fixedWeights } = contract;
  const weightOf =
    fixedWeights === undefined
      ? (values: readonly Float64Array[]): Float64Array => at(values, given(weight, "weight"))
      : (): Float64Array => fixedWeights;
  switch (produce) {
    case "post":
      return (values, batch) => contract.post(at(values, given(pre, "pre")), weightOf(values), batch);
    case "pre":
      return (values, batch) => contract.pre(at(values, given(post, "post")), weightOf(values), batch);
    case "weight":
      return (values, batch) => contract.weight(at(values, given(pre, "pre")), at(values, given(post, "post")), batch);
    default:
      return produce satisfies never;
  }
}

function relationOf(program: Program, index: number): Relation {
  const relation = program.relations[index];
  if (relation === undefined) throw new Error(`the Program has no relation ${index}`);
  return relation;
}

function given(id: ValueId | undefined, side: string): ValueId {
  if (id === undefined) throw new Error(`the Program has a contraction without its ${side}`);
  return id;
}

function at(values: readonly Float64Array[], id: ValueId): Float64Array {
  const value = values[id];
  if (value === undefined) throw new Error(`the Program reads value ${id} before it is computed`);
  return value;
}

/** A newer Program may hold what this engine has never heard of. */
function unknownInstruction(instruction: never): never {
  const { kind } = instruction as { readonly kind: string };
  throw settleError("engine/unsupported", `The reference engine does not know the instruction "${kind}".`, {
    help: "use the engine of the same version as the compiler that made this Program",
  });
}
