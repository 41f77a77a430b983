/**
 * The inverse of a lower triangular matrix in log₂ n rounds of batched products, since tfjs has no triangular solve:
 * with the inverses of the diagonal blocks A and B of a pair known, that of [[A, 0], [C, B]] is
 * [[A⁻¹, 0], [−B⁻¹ C A⁻¹, B⁻¹]]. What this does is what forward substitution does, block by block.
 */
import type { Shape } from "@settle/program";
import type { Tensor } from "./backends/backend.ts";
import type { Kit } from "./kit.ts";

/** @param shape  `[…, n, n]`, other axes 1; what stands above the diagonal is not read */
export function triangularInverse(kit: Kit, shape: Shape): (matrix: Tensor) => Tensor {
  const { tf } = kit;
  const size = shape.at(-1) ?? 1;
  let padded = 1;
  while (padded < size) padded *= 2;
  return (matrix) => {
    // Filled up to a power of two with ones on the diagonal, which their own inverse leaves alone.
    const whole = tf.pad(tf.reshape(matrix, [size, size]), [
      [0, padded - size],
      [0, padded - size],
    ]);
    const entries = tf.reshape(whole, [padded * padded]);
    const diagonal = tf.add(
      tf.gather(entries, tf.tensor1d(diagonalOf(kit, padded), "int32")),
      paddingOnes(kit, size, padded),
    );
    let blocks = tf.reshape(tf.div(kit.scalar(1), diagonal), [padded, 1, 1]);
    for (let extent = 1; extent < padded; extent *= 2) {
      const pairs = padded / (2 * extent);
      const couples = tf.reshape(blocks, [pairs, 2, extent, extent]);
      const half = (which: number): Tensor =>
        tf.reshape(tf.slice(couples, [0, which, 0, 0], [pairs, 1, extent, extent]), [pairs, extent, extent]);
      const [first, second] = [half(0), half(1)];
      const below = tf.reshape(tf.gather(entries, tf.tensor1d(belowOf(kit, padded, extent), "int32")), [
        pairs,
        extent,
        extent,
      ]);
      const joined = tf.neg(tf.matMul(tf.matMul(second, below), first));
      const upper = tf.concat([first, tf.zeros([pairs, extent, extent])], 2);
      blocks = tf.concat([upper, tf.concat([joined, second], 2)], 1);
    }
    return tf.reshape(tf.slice(tf.reshape(blocks, [padded, padded]), [0, 0], [size, size]), [...shape]);
  };
}

/** Places of the diagonal of a square matrix. */
function diagonalOf(kit: Kit, extent: number): Int32Array {
  return kit.table(`diagonal ${extent}`, () => Int32Array.from({ length: extent }, (_, i) => i * (extent + 1)));
}

/** Places of the block below the diagonal of every pair of diagonal blocks of so many rows. */
function belowOf(kit: Kit, extent: number, block: number): Int32Array {
  return kit.table(`below ${extent} ${block}`, () =>
    Int32Array.from({ length: (extent / (2 * block)) * block * block }, (_, at) => {
      const pair = Math.floor(at / (block * block));
      const row = pair * 2 * block + block + (Math.floor(at / block) % block);
      return row * extent + pair * 2 * block + (at % block);
    }),
  );
}

function paddingOnes(kit: Kit, size: number, padded: number): Tensor {
  return kit.constant(`padding ${size} ${padded}`, () =>
    kit.tf.tensor1d(Float32Array.from({ length: padded }, (_, i) => (i < size ? 0 : 1))),
  );
}
