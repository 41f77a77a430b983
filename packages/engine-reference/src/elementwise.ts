/** `map`: one scalar function applied entry by entry, operands broadcast. */
import { type ScalarExpression, type Shape, sizeOf, type ValueType } from "@settle/program";

import { scalarFunction } from "./scalar-function.ts";

export type Elementwise = (operands: readonly Float64Array[], batch: number) => Float64Array;

/**
 * Shapes align at their last axis; an axis of 1, or a missing one, repeats; an unbatched operand is the same for every
 * sample.
 *
 * @param result  the type of what comes out; every operand must broadcast to it
 */
export function elementwise(
  expression: ScalarExpression,
  operandTypes: readonly ValueType[],
  result: ValueType,
): Elementwise {
  const size = sizeOf(result.shape);
  const evaluate = scalarFunction(expression);
  const sources = operandTypes.map((type) => ({
    offsets: broadcastOffsets(type.shape, result.shape),
    sampleStride: type.batch ? sizeOf(type.shape) : 0,
  }));
  const entry = new Float64Array(sources.length);
  return (operands, batch) => {
    const samples = result.batch ? batch : 1;
    const out = new Float64Array(samples * size);
    for (let sample = 0; sample < samples; sample++) {
      for (let k = 0; k < size; k++) {
        for (let i = 0; i < sources.length; i++) {
          const source = sources[i] as (typeof sources)[number];
          const at = sample * source.sampleStride + (source.offsets[k] as number);
          entry[i] = (operands[i] as Float64Array)[at] as number;
        }
        out[sample * size + k] = evaluate(entry);
      }
    }
    return out;
  };
}

/** For each row-major entry of `to`, the entry of `from` that stands there. */
function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const missing = to.length - from.length;
  const fits = missing >= 0 && from.every((extent, axis) => extent === 1 || extent === to[axis + missing]);
  if (!fits) throw new Error(`the Program broadcasts [${from.join(", ")}] to [${to.join(", ")}]`);
  let offsets: readonly number[] = [0];
  for (const [axis, extent] of to.entries()) {
    const own = axis < missing ? 1 : (from[axis - missing] as number);
    const next: number[] = [];
    for (const offset of offsets) {
      for (let index = 0; index < extent; index++) next.push(offset * own + (own === 1 ? 0 : index));
    }
    offsets = next;
  }
  return Int32Array.from(offsets);
}
