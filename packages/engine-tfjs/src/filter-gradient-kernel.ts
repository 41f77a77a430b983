/** The filter gradient of a convolution, for backends that come without one. */
import type { Tf } from "./backends/backend.ts";

type Shape4 = [number, number, number, number];

interface FilterGradientAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number;
  readonly filterShape: Shape4;
}

const kernelName = "Conv2DBackpropFilter";

/**
 * Registers `Conv2DBackpropFilter` for a backend that has convolutions: ΔW is itself a convolution, of the input with
 * its samples as channels, by the output's gradient, with the stride as dilation. Gradients of tfjs find it by its name.
 * Calling it again does nothing.
 */
export function registerFilterGradient(tf: Tf, backendName: string): void {
  if (tf.getKernel(kernelName, backendName) !== null && tf.getKernel(kernelName, backendName) !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { strides, pad, filterShape } = attrs as unknown as FilterGradientAttributes;
      const { x, dy } = inputs as unknown as Record<"x" | "dy", ReturnType<Tf["tensor4d"]>>;
      if (x === undefined || dy === undefined) throw new Error("a filter gradient has two inputs");
      const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
      const { padInfo, strideHeight, strideWidth, inHeight, inWidth, outHeight, outWidth } = info;
      const [rows, columns] = filterShape;
      // What a stride leaves over at the end meets no output: it is cut off, or the result would be too large.
      const height = rows + (outHeight - 1) * strideHeight;
      const width = columns + (outWidth - 1) * strideWidth;
      const padded = tf.pad(x, [
        [0, 0],
        [padInfo.top, Math.max(0, height - inHeight - padInfo.top)],
        [padInfo.left, Math.max(0, width - inWidth - padInfo.left)],
        [0, 0],
      ]);
      const samplesLast = tf.transpose(tf.slice(padded, [0, 0, 0, 0], [-1, height, width, -1]), [3, 1, 2, 0]);
      const filter = tf.transpose(dy, [1, 2, 0, 3]);
      const gradient = tf.conv2d(samplesLast, filter, 1, "valid", "NHWC", [strideHeight, strideWidth]);
      return tf.transpose(gradient, [1, 2, 0, 3]);
    },
  });
}
