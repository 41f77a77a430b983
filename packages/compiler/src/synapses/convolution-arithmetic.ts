/** TensorFlow's SAME and VALID rules on one axis. */

/** Extent of the small side of a convolution; 0 or less where the kernel does not fit. */
export function smallExtent(big: number, taps: number, stride: number, padding: "same" | "valid"): number {
  return padding === "same" ? Math.ceil(big / stride) : Math.floor((big - taps) / stride) + 1;
}

/** Zeros before the first entry of the big side. */
export function padBefore(big: number, taps: number, stride: number, padding: "same" | "valid"): number {
  if (padding === "valid") return 0;
  const total = Math.max((Math.ceil(big / stride) - 1) * stride + taps - big, 0);
  return Math.floor(total / 2);
}

/** The extent a deconvolution usually makes of a small side; other big sides may convolve to it as well. */
export function usualBigExtent(small: number, taps: number, stride: number, padding: "same" | "valid"): number {
  return padding === "same" ? small * stride : (small - 1) * stride + taps;
}

/** The big extents that convolve to a small one, as an inclusive range. */
export function bigExtents(
  small: number,
  taps: number,
  stride: number,
  padding: "same" | "valid",
): readonly [number, number] {
  return padding === "same"
    ? [(small - 1) * stride + 1, small * stride]
    : [(small - 1) * stride + taps, small * stride + taps - 1];
}
