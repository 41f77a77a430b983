import type { Tensor } from "./backends/backend.ts";
import type { Kit } from "./kit.ts";

/**
 * Another tensor with the same numbers, freed by itself. (A reshape shares memory on every backend; what tfjs calls a
 * clone copies on some.)
 */
export function alias(kit: Kit, tensor: Tensor): Tensor {
  return kit.tf.reshape(tensor, tensor.shape);
}
