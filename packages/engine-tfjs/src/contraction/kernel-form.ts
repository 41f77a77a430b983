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
  const { tf, traits } = kit;
  return kit.derived(source, key, () => {
    const name = `${key} of ${source.shape.join()}`;
    const positions = kit.table(name, () => positionsOf(shape, source.size, pick));
    if (traits.hostMemory) {
      // tfjs checks the indices of a gather one by one, which takes longer than all else.
      const values = source.dataSync<"float32">();
      return tf.tensor(
        Float32Array.from(positions, (position) => values[position] ?? 0),
        [...shape],
      );
    }
    const indices = kit.constant(name, () => tf.tensor1d(positions, "int32")) as Tensor1D;
    const padded = tf.concat([tf.reshape(source, [source.size]), tf.zeros([1])]);
    return tf.reshape(tf.gather(padded, indices), [...shape]);
  });
}

function positionsOf(shape: Shape, zero: number, pick: Pick): Int32Array {
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
  return positions;
}
