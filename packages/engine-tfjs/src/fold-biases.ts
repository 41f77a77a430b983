/** Moves a bias from the sum it stands in into the contraction beside it, which adds it for nothing. */
import {
  type Instruction,
  type Phase,
  type Relation,
  type ScalarExpression,
  sizeOf,
  substitute,
  type ValueId,
} from "@settle/program";
import { linearForm } from "./map/linear-form.ts";

export type Contract = Extract<Instruction, { readonly kind: "contract" }> & { readonly bias?: ValueId };
export type FoldedInstruction = Contract | Exclude<Instruction, { readonly kind: "contract" }>;
type Map_ = Extract<Instruction, { readonly kind: "map" }>;

/**
 * A bias is folded where it is one number per channel and enters a map with the same coefficient as what a contraction
 * produces for that map alone.
 */
export function foldBiases(phase: Phase, relations: readonly Relation[]): readonly FoldedInstruction[] {
  const uses = countUses(phase);
  const biases = new Map<ValueId, ValueId>();
  const contracts = new Map<ValueId, Contract>();
  for (const instruction of phase.instructions) {
    if (instruction.kind === "contract") contracts.set(instruction.out, instruction);
  }
  const rest = phase.instructions.map((instruction): FoldedInstruction => {
    if (instruction.kind !== "map") return instruction;
    const found = findBias(instruction, phase, relations, contracts, uses, biases);
    if (found === undefined) return instruction;
    biases.set(found.contract, found.bias);
    return { ...instruction, expression: withoutArgument(instruction, found.position) };
  });
  return rest.map((instruction) => {
    const bias = instruction.kind === "contract" ? biases.get(instruction.out) : undefined;
    return bias === undefined ? instruction : { ...(instruction as Contract), bias };
  });
}

interface Found {
  readonly contract: ValueId;
  readonly bias: ValueId;
  /** Which operand of the map the bias is. */
  readonly position: number;
}

function findBias(
  map: Map_,
  phase: Phase,
  relations: readonly Relation[],
  contracts: ReadonlyMap<ValueId, Contract>,
  uses: ReadonlyMap<ValueId, number>,
  taken: ReadonlyMap<ValueId, ValueId>,
): Found | undefined {
  const summands = linearForm(map.expression).terms.flatMap(({ coefficient, factor }) =>
    factor.kind === "argument" && occurrences(map.expression, factor.index) === 1
      ? [{ coefficient, position: factor.index, value: map.operands[factor.index] as ValueId }]
      : [],
  );
  for (const { coefficient, value: contract } of summands) {
    const instruction = contracts.get(contract);
    if (instruction === undefined || taken.has(contract) || uses.get(contract) !== 1) continue;
    if (instruction.produce === "weight" || phase.values[map.out]?.type.batch !== true) continue;
    const relation = relations[instruction.relation];
    const channels = instruction.produce === "post" ? relation?.postChannels : relation?.preChannels;
    const bias = summands.find(({ coefficient: other, value }) => {
      const type = phase.values[value]?.type;
      if (other !== coefficient || type === undefined || type.batch || isComputedLater(phase, value)) return false;
      return type.shape.at(-1) === channels && sizeOf(type.shape) === channels && channels !== 1;
    });
    if (bias !== undefined) return { contract, bias: bias.value, position: bias.position };
  }
  return undefined;
}

/** The contraction may come before the bias is known, unless the bias is read from a buffer. */
function isComputedLater({ reads }: Phase, value: ValueId): boolean {
  return !reads.some((read) => read.value === value);
}

function withoutArgument({ expression, operands }: Map_, position: number): ScalarExpression {
  return substitute(
    expression,
    operands.map((_, index) => (index === position ? { kind: "constant", value: 0 } : { kind: "argument", index })),
  );
}

function countUses({ instructions, writes }: Phase): ReadonlyMap<ValueId, number> {
  const uses = new Map<ValueId, number>();
  const use = (value: ValueId | undefined): void => {
    if (value !== undefined) uses.set(value, (uses.get(value) ?? 0) + 1);
  };
  for (const instruction of instructions) {
    switch (instruction.kind) {
      case "contract":
        for (const value of [instruction.pre, instruction.post, instruction.weight]) use(value);
        break;
      case "map":
        for (const value of instruction.operands) use(value);
        break;
      case "reduce":
      case "softmax":
      case "triangular-inverse":
        use(instruction.operand);
        break;
      case "max-pool":
        use(instruction.by);
        use(instruction.of);
        break;
      default:
        instruction satisfies never;
    }
  }
  for (const { value } of writes) use(value);
  return uses;
}

function occurrences(e: ScalarExpression, index: number): number {
  switch (e.kind) {
    case "constant":
      return 0;
    case "argument":
      return e.index === index ? 1 : 0;
    case "unary":
      return occurrences(e.a, index);
    case "binary":
      return occurrences(e.a, index) + occurrences(e.b, index);
    case "select":
      return [e.a, e.b, e.then, e.otherwise].reduce((sum, part) => sum + occurrences(part, index), 0);
    default:
      return e satisfies never;
  }
}
