/** Turns one phase of a Program into kernels: fuses, orders, and decides which values can live in their buffers. */
import { settleError } from "@settle/diagnostics";
import {
  argument,
  type BufferId,
  type Instruction,
  operandsOf,
  type PhaseName,
  type Program,
  type Relation,
  sizeOf,
  substitute,
  type ValueType,
} from "@settle/program";
import { axisSegments, singlePosition, tapRuns } from "./axis-segments.ts";
import { chooseWriteTargets } from "./choose-write-targets.ts";
import { elementMap } from "./element-map.ts";
import { type Contract, fusePhase, type MapInstruction, type Reduce } from "./fuse-phase.ts";
import type {
  ArrayIndex,
  ContractKernel,
  ElementWork,
  GroupKernel,
  KernelOperand,
  PhasePlan,
  SharedKernel,
  Space,
} from "./kernel-plan.ts";

/** Arrays while the plan grows; offsets come later. */
export interface ArrayTable {
  add(id: string, space: Space, elements: number, buffer?: BufferId): ArrayIndex;
  ofBuffer(buffer: BufferId): ArrayIndex;
}

export function planPhase(program: Program, name: PhaseName, arrays: ArrayTable): PhasePlan {
  const phase = program.phases[name];
  const fusion = fusePhase(phase);
  const typeOf = (value: number): ValueType => phase.values[value]!.type;
  const labelOf = (value: number): string => phase.values[value]?.label ?? `%${value}`;
  /** Array of each value. */
  const place = new Map<number, ArrayIndex>();
  /** Unbatched values that depend on sums over samples. */
  const late = new Set<number>();
  const written = chooseWriteTargets(phase, fusion, typeOf);
  const head: SharedKernel[] = [];
  const group: GroupKernel[] = [];
  const tail: SharedKernel[] = [];
  const merges: { partial: ArrayIndex; shared: ArrayIndex }[] = [];
  const transposed = new Map<string, ArrayIndex>();

  const at = (value: number): ArrayIndex => {
    const array = place.get(value);
    if (array === undefined) throw new Error(`kernel fault: %${value} of ${name} has no array`);
    return array;
  };
  /** The array a new value goes to: its buffer where that is safe, else one of its own. */
  const allocate = (value: number): ArrayIndex => {
    const buffer = written.get(value);
    const type = typeOf(value);
    const space: Space = type.batch ? "temporary" : "shared";
    const array =
      buffer === undefined
        ? arrays.add(`${name}.${value} ${labelOf(value)}`, space, sizeOf(type.shape))
        : arrays.ofBuffer(buffer);
    place.set(value, array);
    return array;
  };
  const unsupported = (what: string): Error =>
    settleError("engine/unsupported", `Kernels cannot express ${what} (phase ${name}).`, {
      help: "use another engine: `settle engines` lists them.",
    });
  const operand = (value: number, result: ValueType, contraction?: number): KernelOperand => {
    if (value === contraction) return { kind: "contraction" };
    const map = elementMap(typeOf(value).shape, result.shape);
    if (map === undefined) throw unsupported(`how ${labelOf(value)} is repeated`);
    return { kind: "array", array: at(value), map };
  };
  /** Work of a map (or of nothing but a store), with the sums fused into it. */
  const workOf = (value: number, instruction: MapInstruction | undefined, contraction?: number): ElementWork => {
    const type = typeOf(value);
    const operands =
      instruction === undefined
        ? [{ kind: "contraction" } as const]
        : instruction.operands.map((each) => operand(each, type, contraction));
    const lets = [instruction?.expression ?? argument(0)];
    const sums: { array: ArrayIndex; let: number }[] = [];
    for (const { map, reduce } of fusion.sumsOf.get(value) ?? []) {
      lets.push(
        map === undefined
          ? argument(operands.length)
          : substitute(
              map.expression,
              map.operands.map(() => argument(operands.length)),
            ),
      );
      sums.push({ array: allocate(reduce.out), let: lets.length - 1 });
    }
    const stored = fusion.unstored.has(value) ? [] : [{ array: allocate(value), let: 0 }];
    return { operands, lets, stores: stored, sums };
  };
  const weightsFor = (relation: Relation, produce: "post" | "pre", value: number): ArrayIndex => {
    if (relation.weights.kind !== "tensor") throw unsupported("fixed weights");
    const direct = relation.weights.order === (produce === "post" ? "pre-post" : "post-pre");
    if (direct) return at(value);
    const key = `${at(value)}`;
    const known = transposed.get(key);
    if (known !== undefined) return known;
    const taps = relation.axes.reduce((product, axis) => product * axis.taps, 1);
    const [rows, columns] =
      relation.weights.order === "pre-post"
        ? [relation.preChannels, relation.postChannels]
        : [relation.postChannels, relation.preChannels];
    const label = `${labelOf(value)} transposed`;
    const array = arrays.add(`${name}.${value} transposed`, "shared", taps * rows * columns);
    head.push({ kind: "transpose", label, input: at(value), output: array, taps, rows, columns });
    transposed.set(key, array);
    return array;
  };
  const contractKernel = (contract: Contract, result: number, host: MapInstruction | undefined): ContractKernel => {
    const relation = program.relations[contract.relation]!;
    checkRelation(relation, unsupported);
    const produce = contract.produce === "pre" ? "pre" : "post";
    const input = produce === "post" ? "pre" : "post";
    const [row, column] = relation.axes;
    return {
      kind: "contract",
      label: labelOf(result),
      input: at(contract[input]!),
      weights: weightsFor(relation, produce, contract.weight!),
      rows: row === undefined ? singlePosition : axisSegments(row, produce),
      columns: column === undefined ? singlePosition : axisSegments(column, produce),
      tapColumns: column?.taps ?? 1,
      inputColumns: column?.[input] ?? 1,
      outputRows: row?.[produce] ?? 1,
      outputColumns: column?.[produce] ?? 1,
      inputChannels: input === "pre" ? relation.preChannels : relation.postChannels,
      outputChannels: produce === "pre" ? relation.preChannels : relation.postChannels,
      work: workOf(result, host, contract.out),
    };
  };
  const planBatched = (instruction: Instruction): void => {
    const { out } = instruction;
    switch (instruction.kind) {
      case "contract":
        group.push(contractKernel(instruction, out, undefined));
        return;
      case "map": {
        const contract = fusion.hostOf.get(out);
        if (contract !== undefined) group.push(contractKernel(contract, out, instruction));
        else {
          const elements = sizeOf(typeOf(out).shape);
          group.push({ kind: "map", label: labelOf(out), elements, work: workOf(out, instruction) });
        }
        return;
      }
      case "reduce": {
        const type = typeOf(instruction.operand);
        const all = instruction.axes.length === type.shape.length;
        if (!all || instruction.operation !== "sum") throw unsupported(`the reduction ${labelOf(out)}`);
        const operands = [operand(instruction.operand, type)];
        const sums = [{ array: allocate(out), let: 0 }];
        const work = { operands, lets: [argument(0)], stores: [], sums };
        group.push({ kind: "map", label: labelOf(out), elements: sizeOf(type.shape), work });
        return;
      }
      case "softmax": {
        const { shape } = typeOf(out);
        const channels = shape.at(-1) ?? 1;
        const input = at(instruction.operand);
        const positions = sizeOf(shape) / channels;
        group.push({ kind: "softmax", label: labelOf(out), input, output: allocate(out), positions, channels });
        return;
      }
      default:
        instruction satisfies never;
    }
  };
  /** A sum over samples: the group's share into a partial, the total into a shared array. */
  const planSum = (instruction: Contract | Reduce): void => {
    const { out } = instruction;
    const elements = sizeOf(typeOf(out).shape);
    const output = arrays.add(`${name}.${out} ${labelOf(out)}, per group`, "partial", elements);
    if (instruction.kind === "contract") {
      const relation = program.relations[instruction.relation]!;
      checkRelation(relation, unsupported);
      const first = relation.weights.kind === "tensor" && relation.weights.order === "post-pre" ? "post" : "pre";
      const second = first === "pre" ? "post" : "pre";
      const channels = { pre: relation.preChannels, post: relation.postChannels };
      const [row, column] = relation.axes;
      const single = [{ first: 0, firstStep: 1, second: 0, secondStep: 1, count: 1 }];
      group.push({
        kind: "gradient",
        label: labelOf(out),
        first: at(instruction[first]!),
        second: at(instruction[second]!),
        firstColumns: column?.[first] ?? 1,
        secondColumns: column?.[second] ?? 1,
        firstChannels: channels[first],
        secondChannels: channels[second],
        rows: row === undefined ? single : tapRuns(row, first),
        columns: column === undefined ? single : tapRuns(column, first),
        output,
      });
    } else {
      const { shape } = typeOf(instruction.operand);
      const channels = elements;
      const positions = sizeOf(shape) / channels;
      const leading = instruction.axes.every((axis, index) => axis === index);
      if (instruction.operation !== "sum" || !leading) throw unsupported(`the reduction ${labelOf(out)}`);
      group.push({
        kind: "lane-sum",
        label: labelOf(out),
        input: at(instruction.operand),
        positions,
        channels,
        output,
      });
    }
    const shared = arrays.add(`${name}.${out} ${labelOf(out)}`, "shared", elements);
    place.set(out, shared);
    merges.push({ partial: output, shared });
    late.add(out);
  };
  const planShared = (instruction: Instruction): void => {
    const { out } = instruction;
    const isLate = operandsOf(instruction).some((value) => late.has(value));
    if (isLate) late.add(out);
    const kernels = isLate ? tail : head;
    const type = typeOf(out);
    if (instruction.kind === "map") {
      const operands = instruction.operands.map((each) => operand(each, type));
      const stores = [{ array: allocate(out), let: 0 }];
      const work = { operands, lets: [instruction.expression], stores, sums: [] };
      kernels.push({ kind: "shared-map", label: labelOf(out), elements: sizeOf(type.shape), work });
    } else if (instruction.kind === "reduce") {
      const { shape } = typeOf(instruction.operand);
      kernels.push({
        kind: "shared-reduce",
        label: labelOf(out),
        operation: instruction.operation,
        input: at(instruction.operand),
        inputElements: sizeOf(shape),
        output: allocate(out),
        outputElements: sizeOf(type.shape),
        axes: keptAxes(shape, instruction.axes),
      });
    } else throw unsupported(`${instruction.kind} of parameters alone`);
  };

  for (const { value, buffer } of phase.reads) place.set(value, arrays.ofBuffer(buffer));
  for (const instruction of phase.instructions) {
    if (fusion.absorbed.has(instruction.out)) continue;
    const crossesSamples =
      (instruction.kind === "contract" && instruction.produce === "weight") ||
      (instruction.kind === "reduce" && instruction.batch);
    if (crossesSamples) planSum(instruction);
    else if (typeOf(instruction.out).batch) planBatched(instruction);
    else planShared(instruction);
  }
  for (const { buffer, value } of phase.writes) {
    const target = arrays.ofBuffer(buffer);
    if (at(value) === target) continue;
    const elements = sizeOf(typeOf(value).shape);
    const operands: KernelOperand[] = [{ kind: "array", array: at(value), map: { divide: 1, modulo: elements } }];
    const work = { operands, lets: [argument(0)], stores: [{ array: target, let: 0 }], sums: [] };
    const label = `${buffer} ← ${labelOf(value)}`;
    if (typeOf(value).batch) group.push({ kind: "map", label, elements, work });
    else (late.has(value) || merges.length > 0 ? tail : head).push({ kind: "shared-map", label, elements, work });
  }
  return { head, group, merges, tail };
}

function checkRelation(relation: Relation, unsupported: (what: string) => Error): void {
  const { weights } = relation;
  if (weights.kind !== "tensor") throw unsupported("fixed weights");
  if (!weights.shared) throw unsupported("weights that differ from position to position");
  if (relation.groups !== 1) throw unsupported("channel groups");
  if (relation.axes.length !== 0 && relation.axes.length !== 2)
    throw unsupported(`${relation.axes.length} spatial axes`);
}

/** How an element's place on the axes that are kept makes up its place in the result. */
function keptAxes(
  shape: readonly number[],
  reduced: readonly number[],
): readonly { readonly divide: number; readonly modulo: number; readonly multiply: number }[] {
  const kept: { divide: number; modulo: number; multiply: number }[] = [];
  let divide = 1;
  let multiply = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const modulo = shape[axis]!;
    if (!reduced.includes(axis)) {
      kept.push({ divide, modulo, multiply });
      multiply *= modulo;
    }
    divide *= modulo;
  }
  return kept;
}
