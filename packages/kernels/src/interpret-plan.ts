/**
 * Runs a KernelPlan slowly and plainly, in float64: so that a plan can be tested apart from the code that is made of it.
 * It knows nothing of tiles; it does what the kernels' definitions say.
 */
import { type BufferId, type PhaseName, type ScalarExpression } from "@settle/program";
import { elementBy } from "./axis-terms.ts";
import { indexedContraction, indexedGradient, maxPool } from "./interpret-indexed.ts";
import type {
  ArrayIndex,
  ContractKernel,
  ElementWork,
  GradientKernel,
  GroupKernel,
  KernelPlan,
  SharedKernel,
  Space,
} from "./kernel-plan.ts";
import { groupCount, lanesToSamples, samplesToLanes } from "./lane-layout.ts";

export interface PlanInterpreter {
  /** `[samples][elements]` for batched buffers, `[elements]` for others. */
  write(buffer: BufferId, values: Float64Array): void;
  read(buffer: BufferId): Float64Array;
  run(schedule: readonly { readonly phase: PhaseName; readonly times?: number }[]): void;
}

export function interpretPlan(plan: KernelPlan, samples: number, evaluate: Evaluate): PlanInterpreter {
  const groups = groupCount(samples, plan.lanes);
  const memory: Readonly<Record<Space, Float64Array>> = {
    group: new Float64Array(plan.sizes.group * groups),
    temporary: new Float64Array(plan.sizes.temporary).fill(Number.NaN),
    shared: new Float64Array(plan.sizes.shared),
    partial: new Float64Array(plan.sizes.partial * groups),
  };
  const arrayOf = (buffer: BufferId) => {
    const array = plan.arrays.find((each) => each.buffer === buffer);
    if (array === undefined) throw new Error(`there is no buffer ${buffer}`);
    const { elements, offset, space } = array;
    return {
      array,
      layout: { samples, elements, lanes: plan.lanes, at: offset, stride: plan.sizes.group },
      lanes: space === "group",
    };
  };
  return {
    write: (buffer, values) => {
      const { array, layout, lanes } = arrayOf(buffer);
      if (lanes) samplesToLanes(values, memory.group, layout);
      else memory.shared.set(values, array.offset);
    },
    read: (buffer) => {
      const { array, layout, lanes } = arrayOf(buffer);
      if (!lanes) return memory.shared.slice(array.offset, array.offset + array.elements);
      const host = new Float64Array(samples * array.elements);
      lanesToSamples(memory.group, host, layout);
      return host;
    },
    run: (schedule) => {
      const shared = { plan, memory, evaluate };
      for (const { phase } of schedule) for (const kernel of plan.phases[phase].head) runShared(shared, kernel);
      for (let group = 0; group < groups; group++) {
        const valid = Math.min(plan.lanes, samples - group * plan.lanes);
        for (const { phase, times = 1 } of schedule) {
          for (let time = 0; time < times; time++) {
            const { group: kernels, carried = [] } = plan.phases[phase];
            for (const [k, kernel] of kernels.entries())
              if (time === 0 || !carried.includes(k)) runGroup({ ...shared, group, valid }, kernel);
          }
        }
      }
      for (const { phase } of schedule) {
        const { merges, tail } = plan.phases[phase];
        for (const merge of merges) {
          const partial = plan.arrays[merge.partial]!;
          const target = plan.arrays[merge.shared]!;
          for (let i = 0; i < target.elements; i++) {
            let sum = 0;
            for (let group = 0; group < groups; group++)
              sum += memory.partial[group * plan.sizes.partial + partial.offset + i]!;
            memory.shared[target.offset + i] = sum;
          }
        }
        for (const kernel of tail) runShared(shared, kernel);
      }
    },
  };
}

/** The value of a scalar expression, its arguments given. */
export type Evaluate = (expression: ScalarExpression, operands: readonly number[]) => number;

interface SharedContext {
  readonly plan: KernelPlan;
  readonly memory: Readonly<Record<Space, Float64Array>>;
  readonly evaluate: Evaluate;
}
interface GroupContext extends SharedContext {
  readonly group: number;
  /** Lanes of this group that hold samples. */
  readonly valid: number;
}

/** Reads or writes entry `element` of an array, in one lane of one group where it has lanes. */
function entry(
  context: SharedContext | GroupContext,
  index: ArrayIndex,
  element: number,
  lane: number,
): readonly [Float64Array, number] {
  const { plan, memory } = context;
  const { space, offset, elements } = plan.arrays[index]!;
  if (element < 0 || element >= elements)
    throw new RangeError(`entry ${element} of ${plan.arrays[index]!.id} (${elements})`);
  const group = "group" in context ? context.group : 0;
  switch (space) {
    case "group":
      return [memory.group, group * plan.sizes.group + offset + element * plan.lanes + lane];
    case "temporary":
      return [memory.temporary, offset + element * plan.lanes + lane];
    case "shared":
      return [memory.shared, offset + element];
    case "partial":
      return [memory.partial, group * plan.sizes.partial + offset + element];
    default:
      return space satisfies never;
  }
}

function get(context: SharedContext, index: ArrayIndex, element: number, lane: number): number {
  const [memory, at] = entry(context, index, element, lane);
  return memory[at]!;
}

function set(context: SharedContext, index: ArrayIndex, element: number, lane: number, value: number): void {
  const [memory, at] = entry(context, index, element, lane);
  memory[at] = value;
}

function runGroup(context: GroupContext, kernel: GroupKernel): void {
  const { lanes } = context.plan;
  switch (kernel.kind) {
    case "contract": {
      for (let lane = 0; lane < lanes; lane++) {
        const values = contraction(context, kernel, lane);
        elementWork(context, kernel.work, values.length, lane, (element) => values[element]!);
      }
      return;
    }
    case "indexed-contract":
      for (let lane = 0; lane < lanes; lane++) {
        const values = indexedContraction(kernel, (array, element) => get(context, array, element, lane));
        elementWork(context, kernel.work, values.length, lane, (element) => values[element]!);
      }
      return;
    case "max-pool":
      for (let lane = 0; lane < lanes; lane++) {
        const values = maxPool(kernel, context.plan.arrays[kernel.output]!.elements, (array, element) =>
          get(context, array, element, lane),
        );
        values.forEach((value, element) => set(context, kernel.output, element, lane, value));
      }
      return;
    case "indexed-gradient": {
      const { elements } = context.plan.arrays[kernel.output]!;
      const sums = new Float64Array(elements);
      for (let lane = 0; lane < context.valid; lane++) {
        indexedGradient(kernel, sums, (array, element) => get(context, array, element, lane));
      }
      sums.forEach((value, element) => set(context, kernel.output, element, 0, value));
      return;
    }
    case "map":
      for (let lane = 0; lane < lanes; lane++)
        elementWork(context, kernel.work, kernel.elements, lane, () => Number.NaN);
      return;
    case "softmax":
      for (let lane = 0; lane < lanes; lane++) {
        for (let position = 0; position < kernel.positions; position++) {
          const at = (channel: number): number => position * kernel.channels + channel;
          const values = Array.from({ length: kernel.channels }, (_, c) => get(context, kernel.input, at(c), lane));
          const largest = Math.max(...values);
          const total = values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
          values.forEach((value, c) => set(context, kernel.output, at(c), lane, Math.exp(value - largest) / total));
        }
      }
      return;
    case "gradient":
      gradient(context, kernel);
      return;
    case "lane-sum":
      for (let channel = 0; channel < kernel.channels; channel++) {
        let sum = 0;
        for (let lane = 0; lane < context.valid; lane++) {
          for (let position = 0; position < kernel.positions; position++) {
            sum += get(context, kernel.input, position * kernel.channels + channel, lane);
          }
        }
        set(context, kernel.output, channel, 0, sum);
      }
      return;
    default:
      kernel satisfies never;
  }
}

function contraction(context: GroupContext, kernel: ContractKernel, lane: number): Float64Array {
  const { inputChannels, outputChannels, inputColumns, outputColumns, tapColumns } = kernel;
  const values = new Float64Array(kernel.outputRows * outputColumns * outputChannels).fill(Number.NaN);
  for (const row of kernel.rows) {
    for (let i = 0; i < row.count; i++) {
      for (const column of kernel.columns) {
        for (let j = 0; j < column.count; j++) {
          const position = (row.first + i * row.step) * outputColumns + column.first + j * column.step;
          for (let o = 0; o < outputChannels; o++) {
            let sum = 0;
            for (const down of row.taps) {
              for (const across of column.taps) {
                const from = (down.input + i * row.inputStep) * inputColumns + across.input + j * column.inputStep;
                const tap = down.tap * tapColumns + across.tap;
                for (let c = 0; c < inputChannels; c++) {
                  sum +=
                    get(context, kernel.input, from * inputChannels + c, lane) *
                    get(context, kernel.weights, (tap * inputChannels + c) * outputChannels + o, lane);
                }
              }
            }
            values[position * outputChannels + o] = sum;
          }
        }
      }
    }
  }
  return values;
}

function elementWork(
  context: SharedContext,
  work: ElementWork,
  elements: number,
  lane: number,
  contractionAt: (element: number) => number,
): void {
  const sums = work.sums.map(() => 0);
  for (let element = 0; element < elements; element++) {
    const values = work.operands.map((operand) =>
      operand.kind === "contraction"
        ? contractionAt(element)
        : get(context, operand.array, Math.floor(element / operand.map.divide) % operand.map.modulo, lane),
    );
    const operands = values.length;
    for (const expression of work.lets) values.push(context.evaluate(expression, values));
    for (const store of work.stores) set(context, store.array, element, lane, values[operands + store.let]!);
    work.sums.forEach((sum, k) => (sums[k] = sums[k]! + values[operands + sum.let]!));
  }
  work.sums.forEach((sum, k) => set(context, sum.array, 0, lane, sums[k]!));
}

function gradient(context: GroupContext, kernel: GradientKernel): void {
  const { firstChannels, secondChannels } = kernel;
  kernel.rows.forEach((row, y) => {
    kernel.columns.forEach((column, x) => {
      const tap = y * kernel.columns.length + x;
      for (let a = 0; a < firstChannels; a++) {
        for (let b = 0; b < secondChannels; b++) {
          let sum = 0;
          for (let lane = 0; lane < context.valid; lane++) {
            for (let i = 0; i < row.count; i++) {
              for (let j = 0; j < column.count; j++) {
                const one = (row.first + i * row.firstStep) * kernel.firstColumns + column.first + j * column.firstStep;
                const other =
                  (row.second + i * row.secondStep) * kernel.secondColumns + column.second + j * column.secondStep;
                sum +=
                  get(context, kernel.first, one * firstChannels + a, lane) *
                  get(context, kernel.second, other * secondChannels + b, lane);
              }
            }
          }
          set(context, kernel.output, (tap * firstChannels + a) * secondChannels + b, 0, sum);
        }
      }
    });
  });
}

function runShared(context: SharedContext, kernel: SharedKernel): void {
  switch (kernel.kind) {
    case "shared-map":
      elementWork(context, kernel.work, kernel.elements, 0, () => Number.NaN);
      return;
    case "shared-reduce": {
      const none = kernel.operation === "sum" ? 0 : Number.NEGATIVE_INFINITY;
      const results = new Float64Array(kernel.outputElements).fill(none);
      for (let i = 0; i < kernel.inputElements; i++) {
        const to = elementBy(kernel.axes, i);
        const value = get(context, kernel.input, i, 0);
        results[to] = kernel.operation === "sum" ? results[to]! + value : Math.max(results[to]!, value);
      }
      results.forEach((value, i) => set(context, kernel.output, i, 0, value));
      return;
    }
    case "shared-repeat":
      for (let i = 0; i < kernel.outputElements; i++) {
        set(context, kernel.output, i, 0, get(context, kernel.input, elementBy(kernel.axes, i), 0));
      }
      return;
    case "triangular-inverse": {
      const { size } = kernel;
      const given = (row: number, column: number): number => get(context, kernel.input, row * size + column, 0);
      const made = (row: number, column: number): number => get(context, kernel.output, row * size + column, 0);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          let rest = row === column ? 1 : 0;
          for (let k = column; k < row; k++) rest -= given(row, k) * made(k, column);
          set(context, kernel.output, row * size + column, 0, row < column ? 0 : rest / given(row, row));
        }
      }
      return;
    }
    case "transpose":
      for (let tap = 0; tap < kernel.taps; tap++) {
        for (let row = 0; row < kernel.rows; row++) {
          for (let column = 0; column < kernel.columns; column++) {
            const from = (tap * kernel.rows + row) * kernel.columns + column;
            const to = (tap * kernel.columns + column) * kernel.rows + row;
            set(context, kernel.output, to, 0, get(context, kernel.input, from, 0));
          }
        }
      }
      return;
    default:
      kernel satisfies never;
  }
}
