/**
 * A phase run backwards: from the gradient of something by what the phase writes to its gradient by what the phase reads.
 *
 * The instructions are differentiated one by one, last first. A contraction is bilinear, so its gradients are the same
 * contraction with another side left open; a map is an expression, whose derivative is one.
 */
import {
  add,
  argument,
  constant,
  type Instruction,
  mul,
  operandsOf,
  type Phase,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";
import { differentiate } from "../derive/differentiate.ts";
import { assertThat } from "../fault.ts";
import type { PhaseBuilder } from "./phase-builder.ts";
import { labelOf, replayInstruction } from "./replay-instruction.ts";

/**
 * @param relationId  what the builder calls a relation of the Program
 * @param cotangents  gradient by each written buffer, of its type; 0 where absent
 * @param wanted      buffers by which the gradient is asked for
 * @returns by buffer; absent where it is zero everywhere. What only compares (which of two is larger, which entry of a
 *   window is the largest) is taken as it is: its gradient is zero.
 */
export function reversePhase(
  builder: PhaseBuilder,
  phase: Phase,
  relationId: (relation: number) => string,
  cotangents: ReadonlyMap<string, ValueId>,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, ValueId> {
  const values = new Map<ValueId, ValueId>();
  /** Values that depend on what is wanted. */
  const active = new Set<ValueId>();
  for (const { value, buffer } of phase.reads) {
    values.set(value, builder.read(buffer));
    if (wanted.has(buffer)) active.add(value);
  }
  for (const instruction of phase.instructions) {
    const { out } = instruction;
    values.set(
      out,
      replayInstruction(builder, phase, instruction, relationId, (value) => values.get(value)!),
    );
    if (operandsOf(instruction).some((operand) => active.has(operand as ValueId))) active.add(out);
  }

  const parts = new Map<ValueId, ValueId[]>();
  const contribute = (value: ValueId, part: ValueId): void => {
    parts.set(value, [...(parts.get(value) ?? []), part]);
  };
  const gradientOf = (value: ValueId): ValueId | undefined => {
    const own = parts.get(value);
    if (own === undefined) return undefined;
    const total = own.map((_, index) => argument(index)).reduce((sum, each) => add(sum, each));
    return builder.map(total, own, `∂ ${labelOf(phase, value)}`);
  };
  for (const { buffer, value } of phase.writes) {
    const cotangent = cotangents.get(buffer);
    if (cotangent !== undefined && active.has(value)) contribute(value, cotangent);
  }
  const step: ReverseStep = { builder, phase, relationId, active, at: (value) => values.get(value)!, contribute };
  for (const instruction of phase.instructions.toReversed()) {
    const gradient = active.has(instruction.out) ? gradientOf(instruction.out) : undefined;
    if (gradient !== undefined) reverse(step, instruction, gradient);
  }
  return new Map(
    phase.reads.flatMap(({ value, buffer }) => {
      const gradient = wanted.has(buffer) ? gradientOf(value) : undefined;
      return gradient === undefined ? [] : [[buffer, gradient] as const];
    }),
  );
}

interface ReverseStep {
  readonly builder: PhaseBuilder;
  readonly phase: Phase;
  readonly relationId: (relation: number) => string;
  readonly active: ReadonlySet<ValueId>;
  /** What stands for a value of the phase. */
  readonly at: (value: ValueId) => ValueId;
  readonly contribute: (value: ValueId, gradient: ValueId) => void;
}

/** Hands the gradient by an instruction's value on to its operands. */
function reverse(step: ReverseStep, instruction: Instruction, gradient: ValueId): void {
  const { builder, phase, active, at, contribute } = step;
  const label = `∂ ${labelOf(phase, instruction.out)}`;
  switch (instruction.kind) {
    case "contract":
      reverseContraction(step, instruction, gradient, label);
      return;
    case "map":
      for (const [index, operand] of instruction.operands.entries()) {
        if (!active.has(operand)) continue;
        const slope = differentiate(instruction.expression, index);
        if (slope.kind === "constant" && slope.value === 0) continue;
        const operands = instruction.operands.map(at);
        const part = builder.map(mul(slope, argument(operands.length)), [...operands, gradient], label);
        contribute(operand, sumTo(builder, part, builder.typeOf(at(operand)), label));
      }
      return;
    case "reduce": {
      const { operand, operation, axes, keep } = instruction;
      const leading = axes.every((axis, index) => axis === index);
      assertThat(operation === "sum" && (keep || leading), `${label} is the gradient of another reduction than a sum`);
      // An entry repeats along what was summed over; zeros say how far.
      const zeros = builder.map(constant(0), [], "0", builder.typeOf(at(operand)));
      contribute(operand, builder.map(add(argument(0), argument(1)), [gradient, zeros], label));
      return;
    }
    case "softmax": {
      const value = at(instruction.out);
      const axes = [builder.typeOf(value).shape.length - 1];
      const weighed = builder.map(mul(argument(0), argument(1)), [value, gradient], `${label}, weighed`);
      const total = builder.reduce(weighed, { axes, batch: false, keep: true }, `${label}, total`);
      const centred = mul(argument(0), sub(argument(1), argument(2)));
      contribute(instruction.operand, builder.map(centred, [value, gradient, total], label));
      return;
    }
    case "max-pool": {
      const { relation, produce, by, of } = instruction;
      const other = produce === "post" ? "pre" : "post";
      if (active.has(of)) contribute(of, builder.maxPool(step.relationId(relation), other, at(by), gradient, label));
      return;
    }
    case "triangular-inverse":
      throw new Error("compiler fault: learned precisions are not differentiated");
    default:
      instruction satisfies never;
  }
}

function reverseContraction(
  { builder, relationId, active, at, contribute }: ReverseStep,
  { relation, produce, ...given }: Extract<Instruction, { readonly kind: "contract" }>,
  gradient: ValueId,
  label: string,
): void {
  assertThat(produce !== "weight", `${label} is the gradient of a sum over samples`);
  const sides = { pre: given.pre, post: given.post, weight: given.weight };
  const known = {
    ...(given.pre !== undefined && { pre: at(given.pre) }),
    ...(given.post !== undefined && { post: at(given.post) }),
    ...(given.weight !== undefined && { weight: at(given.weight) }),
    [produce]: gradient,
  };
  for (const side of ["pre", "post", "weight"] as const) {
    const operand = sides[side];
    if (operand === undefined || !active.has(operand)) continue;
    const { [side]: _open, ...operands } = known;
    contribute(operand, builder.contract(relationId(relation), side, operands, label));
  }
}

/** Sums over what an operand was repeated along. */
function sumTo(builder: PhaseBuilder, value: ValueId, type: ValueType, label: string): ValueId {
  const from = builder.typeOf(value);
  const more = from.shape.length - type.shape.length;
  const leading = Array.from({ length: more }, (_, axis) => axis);
  const batch = from.batch && !type.batch;
  const first = more > 0 || batch ? builder.reduce(value, { axes: leading, batch }, label) : value;
  const repeated = type.shape.flatMap((n, axis) => (n === 1 && from.shape[axis + more] !== 1 ? [axis] : []));
  return repeated.length === 0 ? first : builder.reduce(first, { axes: repeated, batch: false, keep: true }, label);
}
