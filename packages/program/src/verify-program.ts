/** Checks that a Program keeps the rules of its own language. A fault found here is a fault of ours, not of a user. */
import type { Buffer, BufferId, BufferRole, Instruction, Phase, PhaseName, Program } from "./program.ts";
import { phaseNames } from "./program.ts";
import { hasTensor, type Relation, type RelationAxis, weightShape } from "./relation.ts";
import { arity } from "./scalar-expression.ts";
import { broadcastType, printType, sameShape, sameType, sizeOf, type ValueType } from "./value-type.ts";

const readable: Readonly<Record<PhaseName, readonly BufferRole[]>> = {
  start: ["parameter", "input", "noise"],
  step: ["parameter", "input", "state"],
  readout: ["parameter", "input", "state"],
  accumulate: ["parameter", "input", "state", "readout", "accumulator"],
  stability: ["parameter", "input", "state"],
  restrain: ["parameter", "input", "state"],
  apply: ["parameter", "moment", "accumulator", "input"],
};

const writable: Readonly<Record<PhaseName, readonly BufferRole[]>> = {
  start: ["state"],
  step: ["state"],
  readout: ["readout"],
  accumulate: ["accumulator"],
  stability: ["state", "readout"],
  restrain: ["accumulator"],
  apply: ["parameter", "moment", "accumulator"],
};

/**
 * Every broken rule, in words; an empty list is a sound Program.
 *
 * Values are assigned once and before use; operand and result types fit; phases touch only the buffers their role
 * allows; `apply` sees no batch; ids named in the header exist.
 */
export function verifyProgram(program: Program): readonly string[] {
  const faults: string[] = [];
  const buffers = new Map<BufferId, Buffer>();
  for (const buffer of program.buffers) {
    if (buffers.has(buffer.id)) faults.push(`buffer ${buffer.id} is declared twice`);
    buffers.set(buffer.id, buffer);
    const persistent = buffer.role === "parameter" || buffer.role === "moment";
    if (persistent && buffer.initial === undefined) faults.push(`${buffer.role} ${buffer.id} has no initial law`);
    if (buffer.role === "noise" && buffer.stream === undefined) faults.push(`noise ${buffer.id} has no stream`);
    const single = persistent || buffer.role === "accumulator";
    if (single && buffer.type.batch) faults.push(`${buffer.role} ${buffer.id} has a batch`);
  }
  program.relations.forEach((relation, index) => {
    for (const fault of relationFaults(relation)) faults.push(`relation ${index}: ${fault}`);
  });
  for (const [what, id] of headerIds(program)) {
    if (!buffers.has(id)) faults.push(`${what} names the unknown buffer ${id}`);
  }
  for (const name of phaseNames) {
    for (const fault of phaseFaults(name, program.phases[name], program, buffers)) faults.push(`${name}: ${fault}`);
  }
  return faults;
}

function headerIds(program: Program): readonly (readonly [string, BufferId])[] {
  const ids: [string, BufferId][] = [];
  for (const state of program.states) ids.push([`state ${state.id}`, state.buffer]);
  for (const node of program.observed) {
    if (node.data !== undefined) ids.push([`observed node ${node.state}`, node.data]);
    if (node.mask !== undefined) ids.push([`observed node ${node.state}`, node.mask]);
  }
  for (const error of program.errors) {
    for (const id of [error.prediction, error.error, error.discrepancy]) ids.push([`error node ${error.id}`, id]);
  }
  if (program.monitor !== undefined) {
    const { status, statusStep, discrepancy } = program.monitor;
    for (const id of [status, statusStep, discrepancy]) ids.push(["the monitor", id]);
  }
  if (program.stability !== undefined) {
    for (const { state, buffer } of program.stability.directions) ids.push([`the direction of ${state}`, buffer]);
    ids.push(["the growth", program.stability.growth]);
    if (program.stability.auto !== undefined) ids.push(["the rate", program.stability.auto.buffer]);
  }
  const { stable } = program.learn;
  if (stable !== undefined) {
    ids.push(["the choice of samples", stable.chosen]);
    for (const { buffer, gradient } of stable.weights) {
      ids.push(["a bounded weight", buffer], [`the gradient by ${buffer}`, gradient]);
    }
  }
  ids.push(["the learning rate", program.learn.rateInput], ["the sample count", program.learn.countInput]);
  return ids;
}

function relationFaults(relation: Relation): readonly string[] {
  const faults: string[] = [];
  const { axes, preShape, postShape, preChannels, postChannels, groups } = relation;
  if (preChannels % groups !== 0 || postChannels % groups !== 0) faults.push("the groups do not divide the channels");
  for (const axis of axes) {
    if (axis.stride < 1 || axis.taps < 1 || axis.pad < 0) faults.push("an axis has a stride, tap or pad out of range");
  }
  if (axes.length === 0) {
    if (sizeOf(preShape) !== preChannels || sizeOf(postShape) !== postChannels) {
      faults.push("a flat relation's channels are not the size of its tensors");
    }
    return faults;
  }
  if (!sameShape(preShape, [...axes.map((axis) => axis.pre), preChannels])) faults.push("pre has another shape");
  if (!sameShape(postShape, [...axes.map((axis) => axis.post), postChannels])) faults.push("post has another shape");
  return faults;
}

/** Channels do not mix, and every post position meets at least one pre position. */
function isPool(relation: Relation): boolean {
  const { axes, groups, preChannels, postChannels } = relation;
  const apart = groups === preChannels && groups === postChannels && !hasTensor(relation);
  return apart && axes.every((axis) => range(axis.post).every((post) => range(axis.taps).some(meets(axis, post))));
}

const meets =
  ({ big, stride, pad, pre }: RelationAxis, post: number) =>
  (tap: number): boolean => {
    const at = big === "pre" ? stride * post + tap - pad : (post + pad - tap) / stride;
    return Number.isInteger(at) && at >= 0 && at < pre;
  };

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

function phaseFaults(
  name: PhaseName,
  phase: Phase,
  program: Program,
  buffers: ReadonlyMap<BufferId, Buffer>,
): readonly string[] {
  const faults: string[] = [];
  const assigned = new Set<number>();
  const typeOf = (value: number): ValueType | undefined => phase.values[value]?.type;
  const assign = (value: number): void => {
    if (typeOf(value) === undefined) faults.push(`%${value} is not declared`);
    if (assigned.has(value)) faults.push(`%${value} is assigned twice`);
    assigned.add(value);
  };
  for (const { value, buffer: id } of phase.reads) {
    assign(value);
    const buffer = buffers.get(id);
    const type = typeOf(value);
    if (buffer === undefined) faults.push(`reads the unknown buffer ${id}`);
    else {
      if (!readable[name].includes(buffer.role)) faults.push(`may not read the ${buffer.role} ${id}`);
      if (type !== undefined && !sameType(type, buffer.type)) faults.push(`reads ${id} as ${printType(type)}`);
    }
  }
  for (const instruction of phase.instructions) {
    for (const operand of operandsOf(instruction)) {
      if (!assigned.has(operand)) faults.push(`%${instruction.out} uses %${operand} before it is assigned`);
    }
    assign(instruction.out);
    const declared = typeOf(instruction.out);
    const computed = resultType(instruction, program, typeOf);
    if (typeof computed === "string") faults.push(`%${instruction.out}: ${computed}`);
    else if (declared !== undefined && !sameType(declared, computed)) {
      faults.push(`%${instruction.out} is declared ${printType(declared)} but is ${printType(computed)}`);
    }
  }
  const written = new Set<BufferId>();
  for (const { buffer: id, value } of phase.writes) {
    const buffer = buffers.get(id);
    const type = typeOf(value);
    if (!assigned.has(value)) faults.push(`writes %${value}, which is not assigned, to ${id}`);
    if (written.has(id)) faults.push(`writes ${id} twice`);
    written.add(id);
    if (buffer === undefined) faults.push(`writes the unknown buffer ${id}`);
    else {
      if (!writable[name].includes(buffer.role)) faults.push(`may not write the ${buffer.role} ${id}`);
      if (type !== undefined && !sameType(type, buffer.type)) {
        faults.push(`writes ${printType(type)} to ${id}, which is ${printType(buffer.type)}`);
      }
    }
  }
  if (name === "apply" && phase.values.some((value) => value.type.batch)) faults.push("has a batched value");
  return faults;
}

/** The values an instruction reads. */
export function operandsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case "contract":
      return [instruction.pre, instruction.post, instruction.weight].filter((value) => value !== undefined);
    case "map":
      return instruction.operands;
    case "reduce":
    case "softmax":
    case "triangular-inverse":
      return [instruction.operand];
    case "max-pool":
      return [instruction.by, instruction.of];
    default:
      return instruction satisfies never;
  }
}

/** The type an instruction yields, or what is wrong with its operands. */
function resultType(
  instruction: Instruction,
  program: Program,
  typeOf: (value: number) => ValueType | undefined,
): ValueType | string {
  switch (instruction.kind) {
    case "contract": {
      const relation = program.relations[instruction.relation];
      if (relation === undefined) return `there is no relation ${instruction.relation}`;
      const given: Readonly<Partial<Record<"pre" | "post" | "weight", number>>> = instruction;
      const expected: Readonly<Record<"pre" | "post" | "weight", ValueType>> = {
        pre: { batch: true, shape: relation.preShape },
        post: { batch: true, shape: relation.postShape },
        weight: { batch: false, shape: weightShape(relation) },
      };
      for (const side of ["pre", "post", "weight"] as const) {
        const value = given[side];
        const needed = side !== instruction.produce && (side !== "weight" || hasTensor(relation));
        if (needed !== (value !== undefined)) return `${side} is ${needed ? "missing" : "not an operand here"}`;
        const type = value === undefined ? undefined : typeOf(value);
        if (type !== undefined && !sameType(type, expected[side])) {
          return `${side} is ${printType(type)}, the relation wants ${printType(expected[side])}`;
        }
      }
      if (instruction.produce === "weight" && !hasTensor(relation)) return "fixed weights are not learned";
      return expected[instruction.produce];
    }
    case "map": {
      if (arity(instruction.expression) > instruction.operands.length) return "the expression has more arguments";
      // A map without operands makes a constant of whatever type it declares.
      if (instruction.operands.length === 0) return typeOf(instruction.out) ?? "the result is not declared";
      let type: ValueType = { batch: false, shape: [] };
      for (const operand of instruction.operands) {
        const next = typeOf(operand);
        const common = next === undefined ? undefined : broadcastType(type, next);
        if (common === undefined) return `operand %${operand} does not broadcast with ${printType(type)}`;
        type = common;
      }
      return type;
    }
    case "reduce": {
      const type = typeOf(instruction.operand);
      if (type === undefined) return "the operand is not declared";
      if (instruction.axes.some((axis) => axis < 0 || axis >= type.shape.length)) return "an axis is out of range";
      if (instruction.batch && !type.batch) return "there are no samples to reduce over";
      const shape = instruction.keep
        ? type.shape.map((n, axis) => (instruction.axes.includes(axis) ? 1 : n))
        : type.shape.filter((_, axis) => !instruction.axes.includes(axis));
      return { batch: type.batch && !instruction.batch, shape };
    }
    case "softmax": {
      const type = typeOf(instruction.operand);
      if (type === undefined || type.shape.length === 0) return "softmax needs an axis";
      return type;
    }
    case "max-pool": {
      const relation = program.relations[instruction.relation];
      if (relation === undefined) return `there is no relation ${instruction.relation}`;
      if (!isPool(relation))
        return "the relation is no pool: fixed weights, channels apart, every window with an entry";
      const pre: ValueType = { batch: true, shape: relation.preShape };
      const post: ValueType = { batch: true, shape: relation.postShape };
      const wanted = [
        ["by", instruction.by, pre],
        ["of", instruction.of, instruction.produce === "post" ? pre : post],
      ] as const;
      for (const [name, value, expected] of wanted) {
        const type = typeOf(value);
        if (type !== undefined && !sameType(type, expected)) {
          return `${name} is ${printType(type)}, the relation wants ${printType(expected)}`;
        }
      }
      return instruction.produce === "post" ? post : pre;
    }
    case "triangular-inverse": {
      const type = typeOf(instruction.operand);
      if (type === undefined) return "the operand is not declared";
      const [columns = 0, rows] = type.shape.toReversed();
      if (type.batch || rows !== columns || sizeOf(type.shape) !== columns ** 2)
        return "the operand is not one square matrix";
      return type;
    }
    default:
      return instruction satisfies never;
  }
}
