/** Sums, maxima and softmax. */
import { sizeOf, type ValueType } from "@settle/program";
import { alias } from "./alias.ts";
import type { Tensor } from "./backends/backend.ts";
import type { Kit } from "./kit.ts";

export interface ReductionOptions {
  readonly operation: "sum" | "max";
  /** Of the shape, without the batch. */
  readonly axes: readonly number[];
  readonly batch: boolean;
  readonly keep: boolean;
}

/** @param type  of the operand */
export function reduction(kit: Kit, type: ValueType, options: ReductionOptions): (operand: Tensor) => Tensor {
  const { tf, traits } = kit;
  const { operation, keep } = options;
  const shift = type.batch ? 1 : 0;
  const axes = [...(options.batch && type.batch ? [0] : []), ...options.axes.map((axis) => axis + shift)];
  const reduced = new Set(axes);
  const rank = type.shape.length + shift;
  if (axes.length === 0) return (operand) => alias(kit, operand);
  /** The batch is no axis of the shape: where it is summed over nothing is kept of it. */
  const shapeOf = (operand: Tensor): number[] =>
    operand.shape.flatMap((extent, axis) => (!reduced.has(axis) ? [extent] : keep && axis >= shift ? [1] : []));
  const shaped = (operand: Tensor, result: Tensor): Tensor => (keep ? tf.reshape(result, shapeOf(operand)) : result);
  if (operation === "max") return (operand) => shaped(operand, tf.max(operand, axes));
  const trailing = axes.every((axis) => axis >= rank - axes.length);
  const leading = axes.every((axis) => axis < axes.length);
  if (!traits.sumsAsProducts || !(trailing || leading)) return (operand) => shaped(operand, tf.sum(operand, axes));
  return (operand) => {
    const shape = shapeOf(operand);
    const count = operand.size / sizeOf(shape);
    const sum = trailing ? sumOfRows(kit, operand, count) : sumOfColumns(kit, operand, count);
    return tf.reshape(sum, shape);
  };
}

/** Products with ones: the same additions, in vectorized code. */
function sumOfRows(kit: Kit, operand: Tensor, count: number): Tensor {
  const { tf } = kit;
  return tf.matMul(tf.reshape(operand, [operand.size / count, count]), ones(kit, count));
}

/** The ones stay on the right: see `matrixProduct`. */
function sumOfColumns(kit: Kit, operand: Tensor, count: number): Tensor {
  const { tf } = kit;
  return tf.matMul(tf.transpose(tf.reshape(operand, [count, operand.size / count])), ones(kit, count));
}

function ones(kit: Kit, count: number): Tensor {
  return kit.constant(`ones ${count}`, () => kit.tf.ones([count, 1]));
}
