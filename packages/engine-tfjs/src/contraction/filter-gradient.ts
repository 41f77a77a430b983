/** Weights from big and small: the correlation of the two, summed over samples and positions. */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { convolve, type Pads, resize } from "./convolve.ts";
import { type ConvolutionGeometry, isSamePadding, padAfter } from "./geometry.ts";

/**
 * @param big    `[n, height, width, bigChannels]`
 * @param small  `[n, height, width, smallChannels]`
 * @returns `[taps, taps, ·, ·]` with channels in the order of the weights
 */
export function filterGradient(kit: Kit, geometry: ConvolutionGeometry, big: Tensor, small: Tensor): Tensor {
  const { tf } = kit;
  const { axes, bigFirst } = geometry;
  const [high, wide] = axes;
  const pads: Pads = [
    [high.pad, padAfter(high)],
    [wide.pad, padAfter(wide)],
  ];
  const gradient =
    kit.traits.filterGradient === "adjoint"
      ? byAdjoint(kit, geometry, big, small, pads)
      : byDilation(kit, geometry, big, small, pads);
  const ordered = bigFirst ? gradient : tf.transpose(gradient, [0, 1, 3, 2]);
  const flips = axes.flatMap(({ flipped }, axis) => (flipped ? [axis] : []));
  return flips.length === 0 ? ordered : tf.reverse(ordered, flips);
}

function byAdjoint(kit: Kit, geometry: ConvolutionGeometry, big: Tensor, small: Tensor, pads: Pads): Tensor {
  const { axes, bigChannels, smallChannels } = geometry;
  const same = axes.every(isSamePadding);
  return kit.tf.engine().runKernel<Tensor>(
    "Conv2DBackpropFilter",
    { x: same ? big : resize(kit, big, pads), dy: small },
    {
      strides: [axes[0].stride, axes[1].stride],
      pad: same ? "same" : "valid",
      dataFormat: "NHWC",
      filterShape: [axes[0].taps, axes[1].taps, bigChannels, smallChannels],
    },
  );
}

/** One convolution: channels of the big side as its samples, samples as its channels, the small side as its kernel. */
function byDilation(kit: Kit, { axes }: ConvolutionGeometry, big: Tensor, small: Tensor, pads: Pads): Tensor {
  const { tf } = kit;
  const image = tf.transpose(big, [3, 1, 2, 0]);
  const kernel = tf.transpose(small, [1, 2, 0, 3]);
  const gradient = convolve(kit, image, kernel, {
    strides: [1, 1],
    dilations: [axes[0].stride, axes[1].stride],
    pads,
  });
  return tf.transpose(gradient, [1, 2, 0, 3]);
}
