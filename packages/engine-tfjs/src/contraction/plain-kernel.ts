/** Where the weights of a convolution stand, whatever layout its relation gives them. */
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import type { ConvolutionGeometry } from "./geometry.ts";
import { kernelForm } from "./kernel-form.ts";

/** The weights as `[taps, taps, big, small]`. */
export function plainKernel(kit: Kit, geometry: ConvolutionGeometry, weight: Tensor): Tensor {
  const { axes, bigChannels, smallChannels, bigFirst } = geometry;
  const shape = [axes[0].taps, axes[1].taps, bigChannels, smallChannels] as const;
  if (bigFirst && !axes[0].flipped && !axes[1].flipped) {
    // The same numbers in the same order, yet kept: backends keep prepared kernels as long as the tensor lives.
    return weight.shape.length === 4 ? weight : kit.derived(weight, "plain", () => kit.tf.reshape(weight, [...shape]));
  }
  const entry = weightEntry(geometry);
  return kernelForm(kit, weight, `plain ${geometryKey(geometry)}`, shape, ([y = 0, x = 0, b = 0, s = 0]) =>
    entry(y, x, b, s),
  );
}

/** Flat position in the weight tensor of a tap (counted along the convolution) and a pair of channels. */
export function weightEntry({
  axes: [high, wide],
  bigChannels,
  smallChannels,
  bigFirst,
}: ConvolutionGeometry): (y: number, x: number, big: number, small: number) => number {
  return (y, x, big, small) => {
    const row = high.flipped ? high.taps - 1 - y : y;
    const column = wide.flipped ? wide.taps - 1 - x : x;
    const tap = row * wide.taps + column;
    return bigFirst
      ? (tap * bigChannels + big) * smallChannels + small
      : (tap * smallChannels + small) * bigChannels + big;
  };
}

export function geometryKey({ axes, bigChannels, smallChannels, bigFirst }: ConvolutionGeometry): string {
  const numbers = axes.map(({ stride, taps, pad, big, small, flipped }) =>
    [stride, taps, pad, big, small, flipped ? "f" : ""].join(","),
  );
  return [...numbers, bigChannels, smallChannels, bigFirst ? "b" : "s"].join(";");
}
