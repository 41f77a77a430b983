import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";

/** a · b over the last two axes, either factor transposed. */
export function matrixProduct(kit: Kit, a: Tensor, transposeA: boolean, b: Tensor, transposeB: boolean): Tensor {
  const { tf, traits } = kit;
  if (traits.transposedFactors) return tf.matMul(a, b, transposeA, transposeB);
  return tf.matMul(transposeA ? swapLast(kit, a) : a, transposeB ? swapLast(kit, b) : b);
}

function swapLast(kit: Kit, x: Tensor): Tensor {
  const leading = x.shape.slice(2).map((_, axis) => axis);
  return kit.tf.transpose(x, [...leading, leading.length + 1, leading.length]);
}
