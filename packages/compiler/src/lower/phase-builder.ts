/** Builds one phase: values are numbered as they come, equal instructions are shared, unused ones dropped. */
import {
  argument,
  broadcastType,
  type Buffer,
  type BufferId,
  type Instruction,
  operandsOf,
  type Phase,
  type Relation,
  type ScalarExpression,
  type Shape,
  type Value,
  type ValueId,
  type ValueType,
  weightShape,
  withParts,
} from "@settle/program";
import { simplify } from "../derive/simplify.ts";
import { assertThat } from "../fault.ts";

/** Where buffers and relations of the whole Program are looked up. */
export interface ProgramParts {
  buffer(id: string): Buffer;
  /** Of a stage, a lateral synapse, or a full precision (`precision:<error id>`). */
  relation(id: string): { readonly index: number; readonly relation: Relation };
}

export interface PhaseBuilder {
  read(buffer: string): ValueId;
  typeOf(value: ValueId): ValueType;
  contract(
    relationId: string,
    produce: "post" | "pre" | "weight",
    operands: { readonly pre?: ValueId; readonly post?: ValueId; readonly weight?: ValueId },
    label: string,
  ): ValueId;
  /** `type` is needed where no operand gives it (constants), and widens the result otherwise. */
  map(expression: ScalarExpression, operands: readonly ValueId[], label: string, type?: ValueType): ValueId;
  reduce(
    operand: ValueId,
    over: {
      readonly operation?: "sum" | "max";
      readonly axes: readonly number[];
      readonly batch: boolean;
      readonly keep?: boolean;
    },
    label: string,
  ): ValueId;
  softmax(operand: ValueId, label: string): ValueId;
  maxPool(stage: string, produce: "post" | "pre", by: ValueId, of: ValueId, label: string): ValueId;
  triangularInverse(operand: ValueId, label: string): ValueId;
  write(buffer: string, value: ValueId): void;
  finish(): Phase;
}

export function createPhaseBuilder(parts: ProgramParts): PhaseBuilder {
  const values: Value[] = [];
  const reads: { value: ValueId; buffer: BufferId }[] = [];
  const instructions: Instruction[] = [];
  const writes: { buffer: BufferId; value: ValueId }[] = [];
  const known = new Map<string, ValueId>();

  const define = (type: ValueType, label: string | undefined): ValueId => {
    values.push(label === undefined ? { type } : { type, label });
    return (values.length - 1) as ValueId;
  };
  /** The value of an instruction already there, or a new one. */
  const share = (key: string, type: ValueType, label: string, instruct: (out: ValueId) => Instruction): ValueId => {
    const fullKey = `${key} ${type.batch}`;
    const existing = known.get(fullKey);
    if (existing !== undefined) return existing;
    const out = define(type, label);
    known.set(fullKey, out);
    instructions.push(instruct(out));
    return out;
  };
  const typeOf = (value: ValueId): ValueType => {
    const type = values[value]?.type;
    assertThat(type !== undefined, `value ${value} is not defined`);
    return type;
  };

  return {
    typeOf,
    read: (id) => {
      const existing = known.get(`read ${id}`);
      if (existing !== undefined) return existing;
      const buffer = parts.buffer(id);
      const value = define(buffer.type, undefined);
      known.set(`read ${id}`, value);
      reads.push({ value, buffer: buffer.id });
      return value;
    },
    contract: (relationId, produce, operands, label) => {
      const { index, relation } = parts.relation(relationId);
      const shapes: Readonly<Record<typeof produce, Shape>> = {
        pre: relation.preShape,
        post: relation.postShape,
        weight: weightShape(relation),
      };
      const type = { batch: produce !== "weight", shape: shapes[produce] };
      const key = `contract ${index} ${produce} ${operands.pre} ${operands.post} ${operands.weight}`;
      return share(key, type, label, (out) => ({ kind: "contract", out, relation: index, produce, ...operands }));
    },
    map: (written, operands, label, type) => {
      const { expression, used } = withoutSpareOperands(simplify(written), operands);
      const [only] = used;
      if (expression.kind === "argument" && only !== undefined && type === undefined) return only;
      let result: ValueType = type ?? { batch: false, shape: [] };
      for (const operand of used) {
        const common = broadcastType(result, typeOf(operand));
        assertThat(common !== undefined, `operands of ${label} do not broadcast`);
        result = common;
      }
      const key = `map ${JSON.stringify(expression)} ${used.join(" ")} ${result.shape.join("x")}`;
      return share(key, result, label, (out) => ({ kind: "map", out, expression, operands: used }));
    },
    reduce: (operand, { operation = "sum", axes, batch, keep = false }, label) => {
      const type = typeOf(operand);
      const shape = keep
        ? type.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
        : type.shape.filter((_, axis) => !axes.includes(axis));
      const key = `reduce ${operation} ${operand} ${axes.join(" ")} ${batch} ${keep}`;
      return share(key, { batch: type.batch && !batch, shape }, label, (out) => ({
        kind: "reduce",
        out,
        operation,
        operand,
        axes,
        batch,
        keep,
      }));
    },
    softmax: (operand, label) =>
      share(`softmax ${operand}`, typeOf(operand), label, (out) => ({ kind: "softmax", out, operand })),
    maxPool: (stage, produce, by, of, label) => {
      const { index, relation } = parts.relation(stage);
      const type = { batch: true, shape: produce === "post" ? relation.postShape : relation.preShape };
      return share(`max-pool ${index} ${produce} ${by} ${of}`, type, label, (out) => ({
        kind: "max-pool",
        out,
        relation: index,
        produce,
        by,
        of,
      }));
    },
    triangularInverse: (operand, label) =>
      share(`triangular-inverse ${operand}`, typeOf(operand), label, (out) => ({
        kind: "triangular-inverse",
        out,
        operand,
      })),
    write: (id, value) => void writes.push({ buffer: parts.buffer(id).id, value }),
    finish: () => withoutUnused({ values, reads, instructions, writes }),
  };
}

/** Drops operands the simplified expression no longer names, and joins equal ones. */
function withoutSpareOperands(
  expression: ScalarExpression,
  operands: readonly ValueId[],
): { readonly expression: ScalarExpression; readonly used: readonly ValueId[] } {
  const used: ValueId[] = [];
  const rename = (e: ScalarExpression): ScalarExpression => {
    if (e.kind !== "argument") return withParts(e, rename);
    const operand = operands[e.index];
    assertThat(operand !== undefined, `argument ${e.index} has no operand`);
    if (!used.includes(operand)) used.push(operand);
    return argument(used.indexOf(operand));
  };
  const renamed = rename(expression);
  return { expression: renamed, used };
}

/** Keeps what the writes need, and numbers the values anew, in order. */
function withoutUnused(phase: Phase): Phase {
  const needed = new Set<number>(phase.writes.map(({ value }) => value));
  for (const instruction of phase.instructions.toReversed()) {
    if (needed.has(instruction.out)) for (const operand of operandsOf(instruction)) needed.add(operand);
  }
  const reads = phase.reads.filter(({ value }) => needed.has(value));
  const instructions = phase.instructions.filter(({ out }) => needed.has(out));
  const order = [...reads.map(({ value }) => value), ...instructions.map(({ out }) => out)];
  const renumbered = new Map(order.map((value, index) => [value, index as ValueId]));
  const to = (value: ValueId): ValueId => renumbered.get(value)!;
  return {
    values: order.map((value) => phase.values[value]!),
    reads: reads.map(({ value, buffer }) => ({ value: to(value), buffer })),
    instructions: instructions.map((instruction): Instruction => {
      switch (instruction.kind) {
        case "contract": {
          const { pre, post, weight } = instruction;
          return {
            ...instruction,
            out: to(instruction.out),
            ...(pre === undefined ? {} : { pre: to(pre) }),
            ...(post === undefined ? {} : { post: to(post) }),
            ...(weight === undefined ? {} : { weight: to(weight) }),
          };
        }
        case "map":
          return { ...instruction, out: to(instruction.out), operands: instruction.operands.map(to) };
        case "reduce":
        case "softmax":
        case "triangular-inverse":
          return { ...instruction, out: to(instruction.out), operand: to(instruction.operand) };
        case "max-pool":
          return { ...instruction, out: to(instruction.out), by: to(instruction.by), of: to(instruction.of) };
        default:
          return instruction satisfies never;
      }
    }),
    writes: phase.writes.map(({ buffer, value }) => ({ buffer, value: to(value) })),
  };
}
