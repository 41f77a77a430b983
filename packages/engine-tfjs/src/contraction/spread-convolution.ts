/** Big from small: the adjoint of a convolution, also called a transposed convolution. */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { resize } from "./convolve.ts";
import { type ConvolutionGeometry, isSamePadding, padAfter } from "./geometry.ts";
import { plainKernel } from "./plain-kernel.ts";
import { spreadByPhases } from "./spread-by-phases.ts";

/**
 * @param small   `[n, height, width, smallChannels]`
 * @param weight  as the relation lays it out
 * @param bias    `[bigChannels]`
 * @returns `[n, height, width, bigChannels]`
 */
export function spreadConvolution(
  kit: Kit,
  geometry: ConvolutionGeometry,
  small: Tensor,
  weight: Tensor,
  bias?: Tensor,
): Tensor {
  const unstrided = geometry.axes.every(({ stride }) => stride === 1);
  if (unstrided || kit.traits.spread === "phases") return spreadByPhases(kit, geometry, small, weight, bias);
  const spread = spreadByAdjoint(kit, geometry, small, weight);
  return bias === undefined ? spread : kit.tf.add(spread, bias);
}

/** The backend's own input gradient of the convolution. */
function spreadByAdjoint(kit: Kit, geometry: ConvolutionGeometry, small: Tensor, weight: Tensor): Tensor {
  const { axes, bigChannels } = geometry;
  const [high, wide] = axes;
  const after = [padAfter(high), padAfter(wide)] as const;
  const same = axes.every(isSamePadding);
  const explicit = kit.traits.explicitPads && axes.every(({ pad }) => pad >= 0) && after.every((pad) => pad >= 0);
  const whole = same || explicit;
  const extents = axes.map(({ stride, taps, big, small: extent }) => (whole ? big : (extent - 1) * stride + taps));
  const pads = [
    [0, 0],
    [high.pad, after[0]],
    [wide.pad, after[1]],
    [0, 0],
  ];
  const full = kit.tf.engine().runKernel<Tensor>(
    "Conv2DBackpropInput",
    { dy: small, filter: plainKernel(kit, geometry, weight) },
    {
      strides: [high.stride, wide.stride],
      pad: same ? "same" : explicit ? pads : "valid",
      dataFormat: "NHWC",
      inputShape: [small.shape[0] ?? 0, ...extents, bigChannels],
    },
  );
  if (whole) return full;
  return resize(kit, full, [
    [-high.pad, -after[0]],
    [-wide.pad, -after[1]],
  ]);
}
