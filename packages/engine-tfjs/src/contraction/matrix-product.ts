import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";

/**
 * a · b over the last two axes, either factor transposed.
 *
 * tfjs's WebAssembly backend prepares the right factor once for as long as its numbers live, and does not look at their
 * shape again: the same numbers as right factor in another shape would write past the end of the result. So `b` must be
 * a parameter's form, or else numbers made for this product (see `ownCopy`).
 */
export function matrixProduct(kit: Kit, a: Tensor, transposeA: boolean, b: Tensor, transposeB: boolean): Tensor {
  const { tf, traits } = kit;
  if (traits.transposedFactors) return tf.matMul(a, b, transposeA, transposeB);
  return tf.matMul(transposeA ? swapLast(kit, a) : a, transposeB ? swapLast(kit, b) : b);
}

function swapLast(kit: Kit, x: Tensor): Tensor {
  const leading = x.shape.slice(2).map((_, axis) => axis);
  return kit.tf.transpose(x, [...leading, leading.length + 1, leading.length]);
}

/** The same numbers in memory of their own. */
export function ownCopy(kit: Kit, x: Tensor): Tensor {
  return kit.tf.add(x, kit.scalar(0));
}
