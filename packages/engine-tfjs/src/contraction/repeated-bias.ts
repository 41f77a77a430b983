import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";

/**
 * A bias one after the other `times` times.
 *
 * Kernels that add a bias look at the shape its numbers were made with, whatever they were reshaped to since: the sum
 * makes them anew.
 */
export function repeatedBias(kit: Kit, bias: Tensor, times: number): Tensor {
  const { tf } = kit;
  return kit.derived(bias, `repeated ${times}`, () =>
    tf.add(tf.tile(tf.reshape(bias, [bias.size]), [times]), kit.scalar(0)),
  );
}
