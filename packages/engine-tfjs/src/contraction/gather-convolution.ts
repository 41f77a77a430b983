/** Small from big: a plain convolution. */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { convolve } from "./convolve.ts";
import { type ConvolutionGeometry, isSamePadding, padAfter } from "./geometry.ts";
import { plainKernel } from "./plain-kernel.ts";
import { repeatedBias } from "./repeated-bias.ts";

/**
 * @param big     `[n, height, width, bigChannels]`
 * @param weight  as the relation lays it out
 * @returns `[n, height, width, smallChannels]`
 */
export function gatherConvolution(
  kit: Kit,
  geometry: ConvolutionGeometry,
  big: Tensor,
  weight: Tensor,
  bias?: Tensor,
): Tensor {
  const [high, wide] = geometry.axes;
  return convolve(
    kit,
    big,
    plainKernel(kit, geometry, weight),
    {
      strides: [high.stride, wide.stride],
      pads: [
        [high.pad, padAfter(high)],
        [wide.pad, padAfter(wide)],
      ],
      same: geometry.axes.every(isSamePadding),
    },
    bias && repeatedBias(kit, bias, 1),
  );
}
