/** `reduce` and `softmax`. */
import { type Shape, sizeOf, type ValueType } from "@settle/program";

export type Reduction = (operand: Float64Array, batch: number) => Float64Array;

/** Sum or maximum over `axes` of the shape, and over the samples (in index order) if `acrossSamples`. */
export function reduction(
  operation: "sum" | "max",
  operand: ValueType,
  axes: readonly number[],
  acrossSamples: boolean,
): Reduction {
  const size = sizeOf(operand.shape);
  const targets = reducedOffsets(operand.shape, axes);
  const resultSize = operand.shape.reduce(
    (product, extent, axis) => (axes.includes(axis) ? product : product * extent),
    1,
  );
  return (values, batch) => {
    const samples = operand.batch ? batch : 1;
    const out = new Float64Array((acrossSamples ? 1 : samples) * resultSize).fill(operation === "sum" ? 0 : -Infinity);
    for (let sample = 0; sample < samples; sample++) {
      for (let k = 0; k < size; k++) {
        const at = (acrossSamples ? 0 : sample * resultSize) + (targets[k] as number);
        const so = out[at] as number;
        const value = values[sample * size + k] as number;
        out[at] = operation === "sum" ? so + value : Math.max(so, value);
      }
    }
    return out;
  };
}

/** Softmax over the last axis, whose extent is `channels`; the largest entry is taken off first, so nothing overflows. */
export function softmax(values: Float64Array, channels: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += channels) {
    let largest = -Infinity;
    for (let c = 0; c < channels; c++) largest = Math.max(largest, values[start + c] as number);
    let total = 0;
    for (let c = 0; c < channels; c++) total += Math.exp((values[start + c] as number) - largest);
    for (let c = 0; c < channels; c++) out[start + c] = Math.exp((values[start + c] as number) - largest) / total;
  }
  return out;
}

/** For each row-major entry of `shape`, the entry of the reduced tensor it goes into. */
function reducedOffsets(shape: Shape, axes: readonly number[]): Int32Array {
  let offsets: readonly number[] = [0];
  for (const [axis, extent] of shape.entries()) {
    const kept = !axes.includes(axis);
    const next: number[] = [];
    for (const offset of offsets) {
      for (let index = 0; index < extent; index++) next.push(kept ? offset * extent + index : offset);
    }
    offsets = next;
  }
  return Int32Array.from(offsets);
}
