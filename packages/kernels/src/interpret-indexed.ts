/** What the kernels that go by the index map compute in one lane, said plainly. */
import type { ArrayIndex, IndexedContractKernel, IndexedGradientKernel, MaxPoolKernel } from "./kernel-plan.ts";

/** Reads an entry of an array in the lane. */
type Get = (array: ArrayIndex, element: number) => number;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

export function indexedContraction(kernel: IndexedContractKernel, get: Get): Float64Array {
  const { rows, columns, groups, inputChannels, outputChannels, weights } = kernel;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const values = new Float64Array(rows.length * columns.length * outputChannels);
  rows.forEach((down, y) => {
    columns.forEach((across, x) => {
      for (const o of range(outputChannels)) {
        const group = Math.floor(o / outputs);
        let sum = 0;
        for (const row of down) {
          for (const column of across) {
            for (const i of range(inputs)) {
              const position = row.input + column.input;
              const input = get(kernel.input, position * inputChannels + group * inputs + i);
              const { size, group: apart, input: next, output } = weights?.strides ?? noStrides;
              const at = (row.filter + column.filter) * size + group * apart + i * next + (o % outputs) * output;
              sum += input * (weights === undefined ? row.factor * column.factor : get(weights.array, at));
            }
          }
        }
        values[(y * columns.length + x) * outputChannels + o] = sum;
      }
    });
  });
  return values;
}

const noStrides = { size: 0, group: 0, input: 0, output: 0 };

/** Adds a lane's part to the sums. */
export function indexedGradient(kernel: IndexedGradientKernel, sums: Float64Array, get: Get): void {
  const { rows, columns, groups, preChannels, postChannels, strides } = kernel;
  const [inputs, outputs] = [preChannels / groups, postChannels / groups];
  for (const row of rows) {
    for (const column of columns) {
      for (const group of range(groups)) {
        for (const i of range(inputs)) {
          for (const o of range(outputs)) {
            const filter = row.filter + column.filter;
            const at = filter * strides.size + group * strides.group + i * strides.input + o * strides.output;
            for (const down of row.pairs) {
              for (const across of column.pairs) {
                const pre = (down.pre + across.pre) * preChannels + group * inputs + i;
                const post = (down.post + across.post) * postChannels + group * outputs + o;
                sums[at] = sums[at]! + get(kernel.pre, pre) * get(kernel.post, post);
              }
            }
          }
        }
      }
    }
  }
}

export function maxPool(kernel: MaxPoolKernel, elements: number, get: Get): Float64Array {
  const { rows, columns, channels, produce } = kernel;
  const values = new Float64Array(elements);
  rows.forEach((down, y) => {
    columns.forEach((across, x) => {
      for (const channel of range(channels)) {
        const window = (y * columns.length + x) * channels + channel;
        const met = down.flatMap((row) => across.map((column) => (row.input + column.input) * channels + channel));
        const place = met.reduce((best, at) => (larger(get(kernel.by, at), get(kernel.by, best)) ? at : best));
        if (produce === "post") values[window] = get(kernel.of, place);
        else values[place] = values[place]! + get(kernel.of, window);
      }
    });
  });
  return values;
}

const larger = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));
