/** A plain convolution with a padding, possibly negative, on each side. */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";

/** Before and after, for height and width; a negative one cuts entries off. */
export type Pads = readonly [readonly [number, number], readonly [number, number]];

export interface Convolution {
  readonly strides: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly pads: Pads;
  /** The pads are those TensorFlow calls SAME, which every backend knows. */
  readonly same?: boolean;
}

type Tensor4D = ReturnType<Kit["tf"]["tensor4d"]>;

/**
 * @param x       `[n, height, width, in]`
 * @param kernel  `[height, width, in, out]`
 * @param bias    `[out]`
 */
export function convolve(kit: Kit, x: Tensor, kernel: Tensor, how: Convolution, bias?: Tensor): Tensor {
  const { tf, traits } = kit;
  const unpadded = how.pads.every((sides) => sides.every((pad) => pad <= 0));
  const same = how.same === true && !unpadded && !traits.explicitPads;
  const inside = !same && (unpadded || !traits.explicitPads || cutsMoreThanThereIs(x, how.pads));
  const explicit = padding(how.pads);
  const options = {
    x: (inside ? resize(kit, x, how.pads) : same ? x : crop(kit, x, how.pads)) as Tensor4D,
    filter: kernel as Tensor4D,
    strides: [...how.strides] as [number, number],
    pad: same ? ("same" as const) : inside ? ("valid" as const) : explicit,
    dataFormat: "NHWC" as const,
    dilations: [...(how.dilations ?? [1, 1])] as [number, number],
  };
  if (bias !== undefined) return tf.fused.conv2d({ ...options, bias });
  return tf.conv2d(options.x, options.filter, options.strides, options.pad, options.dataFormat, options.dilations);
}

/** Pads where pads are positive, cuts where they are negative. */
export function resize(kit: Kit, x: Tensor, pads: Pads): Tensor {
  if (pads.every((sides) => sides.every((pad) => pad <= 0))) return crop(kit, x, pads);
  // What is cut off one end may be padding of the other.
  if (cutsMoreThanThereIs(x, pads)) return crop(kit, kit.tf.pad(x, padding(pads)), pads);
  return kit.tf.pad(crop(kit, x, pads), padding(pads));
}

/** Cuts off what negative pads say. */
function crop(kit: Kit, x: Tensor, pads: Pads): Tensor {
  if (pads.every((sides) => sides.every((pad) => pad >= 0))) return x;
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [[top, bottom], [left, right]] = cuts(pads);
  return kit.tf.slice(x, [0, top, left, 0], [n, height - top - bottom, width - left - right, channels]);
}

function cutsMoreThanThereIs(x: Tensor, pads: Pads): boolean {
  return cuts(pads).some(([before, after], axis) => before + after >= (x.shape[axis + 1] ?? 0));
}

function cuts([[top, bottom], [left, right]]: Pads): Pads {
  const cut = (pad: number): number => Math.max(-pad, 0);
  return [
    [cut(top), cut(bottom)],
    [cut(left), cut(right)],
  ];
}

function padding([[top, bottom], [left, right]]: Pads): [Two, Two, Two, Two] {
  const added = (pad: number): number => Math.max(pad, 0);
  return [
    [0, 0],
    [added(top), added(bottom)],
    [added(left), added(right)],
    [0, 0],
  ];
}

type Two = [number, number];
