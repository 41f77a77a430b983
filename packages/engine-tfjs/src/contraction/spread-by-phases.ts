/**
 * Big from small, by plain convolutions.
 *
 * Entry b = stride · m + r of the big side (r is its phase) hears from small entry p by tap r + pad − stride · (p − m). So
 * the entries of one phase are a plain convolution of the small side, with every stride-th tap. The phases of the columns
 * become channels of one convolution, and then lie in memory as the columns do; the phases of the rows are one
 * convolution each, with no tap too many, and are interleaved row by row.
 */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { convolve, type Pads } from "./convolve.ts";
import type { ConvolutionAxis, ConvolutionGeometry } from "./geometry.ts";
import { repeatedBias } from "./repeated-bias.ts";
import { kernelForm } from "./kernel-form.ts";
import { geometryKey, weightEntry } from "./plain-kernel.ts";

/** Small entries m + first … m + first + count − 1 are all that phases `from` … `to` of entry m hear from. */
interface Reach {
  readonly first: number;
  readonly count: number;
}

export function spreadByPhases(
  kit: Kit,
  geometry: ConvolutionGeometry,
  small: Tensor,
  weight: Tensor,
  bias?: Tensor,
): Tensor {
  const { tf } = kit;
  const { axes, bigChannels } = geometry;
  const [high, wide] = axes;
  const [rows, columns] = axes.map(({ big, stride }) => Math.ceil(big / stride)) as [number, number];
  const columnReach = reach(wide, 0, wide.stride - 1);
  const samples = small.shape[0] ?? 0;
  const repeated = bias && repeatedBias(kit, bias, wide.stride);
  const phases = Array.from({ length: high.stride }, (_, phase) => {
    const rowReach = reach(high, phase, phase);
    const pads: Pads = [padding(rowReach, rows, high.small), padding(columnReach, columns, wide.small)];
    const kernel = phaseKernel(kit, geometry, weight, phase, rowReach, columnReach);
    return convolve(kit, small, kernel, { strides: [1, 1], pads }, repeated);
  });
  const row = columns * wide.stride * bigChannels;
  const [only] = phases;
  const interleaved =
    phases.length === 1 && only !== undefined
      ? only
      : tf.concat(
          phases.map((phase) => tf.reshape(phase, [samples * rows, row])),
          1,
        );
  const [height, width] = [rows * high.stride, columns * wide.stride];
  const full = tf.reshape(interleaved, [samples, height, width, bigChannels]);
  if (height === high.big && width === wide.big) return full;
  return tf.slice(full, [0, 0, 0, 0], [samples, high.big, wide.big, bigChannels]);
}

/** A phase without any tap still hears from one entry, by a weight of zero. */
function reach(axis: ConvolutionAxis, from: number, to: number): Reach {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let phase = from; phase <= to; phase++) {
    for (let tap = 0; tap < axis.taps; tap++) {
      const offset = (phase + axis.pad - tap) / axis.stride;
      if (!Number.isInteger(offset)) continue;
      first = Math.min(first, offset);
      last = Math.max(last, offset);
    }
  }
  return first > last ? { first: 0, count: 1 } : { first, count: last - first + 1 };
}

function padding({ first, count }: Reach, extent: number, small: number): readonly [number, number] {
  return [-first, extent - 1 + first + count - small];
}

/** `[row offsets, column offsets, small, column phase × big]` */
function phaseKernel(
  kit: Kit,
  geometry: ConvolutionGeometry,
  weight: Tensor,
  rowPhase: number,
  rowReach: Reach,
  columnReach: Reach,
): Tensor {
  const { axes, bigChannels, smallChannels } = geometry;
  const [high, wide] = axes;
  const entry = weightEntry(geometry);
  return kernelForm(
    kit,
    weight,
    `phase ${rowPhase} ${geometryKey(geometry)}`,
    [rowReach.count, columnReach.count, smallChannels, wide.stride * bigChannels],
    ([u = 0, v = 0, s = 0, k = 0]) => {
      const y = rowPhase + high.pad - high.stride * (rowReach.first + u);
      const x = Math.floor(k / bigChannels) + wide.pad - wide.stride * (columnReach.first + v);
      const inside = y >= 0 && y < high.taps && x >= 0 && x < wide.taps;
      return inside ? entry(y, x, k % bigChannels, s) : undefined;
    },
  );
}
