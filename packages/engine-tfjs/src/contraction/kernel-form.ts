/** Rearranges a weight tensor for a backend's kernels: every form is a gather of its entries, and of zeros. */
import { type Shape, sizeOf } from "@settle/program";

import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";

type Tensor1D = ReturnType<Kit["tf"]["tensor1d"]>;

/** Which entry of a form stands at an index: a flat position in the source, or `undefined` for a zero. */
export type Pick = (index: readonly number[]) => number | undefined;

/**
 * @param key    names the form among those of the same source
 * @param shape  of the form
 */
export function kernelForm(kit: Kit, source: Tensor, key: string, shape: Shape, pick: Pick): Tensor {
  return kit.derived(source, key, () => {
    const { tf } = kit;
    const positions = kit.constant(`${key} of ${source.shape.join()}`, () => gathered(kit, shape, source.size, pick));
    const padded = tf.concat([tf.reshape(source, [source.size]), tf.zeros([1])]);
    return tf.reshape(tf.gather(padded, positions as Tensor1D), [...shape]);
  });
}

function gathered(kit: Kit, shape: Shape, zero: number, pick: Pick): Tensor {
  const positions = new Int32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let flat = 0; flat < positions.length; flat++) {
    positions[flat] = pick(index) ?? zero;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
  return kit.tf.tensor1d(positions, "int32");
}
