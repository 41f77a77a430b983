/** Small files in the layouts of the official ones, byte by byte. */

/** The value of a CIFAR-like image's pixel: different for neighbouring rows, columns, channels and images. */
export function cifarPixel(image: number, row: number, column: number, channel: number): number {
  return (image * 31 + row * 7 + column * 3 + channel * 101) % 256;
}

/** Records of one label byte and 3 × 1024 bytes, channel by channel. Image n has the label n mod 10. */
export function cifarRecords(first: number, count: number): Uint8Array {
  const bytes: number[] = [];
  for (let image = first; image < first + count; image++) {
    bytes.push(image % 10);
    for (let channel = 0; channel < 3; channel++)
      for (let row = 0; row < 32; row++)
        for (let column = 0; column < 32; column++) bytes.push(cifarPixel(image, row, column, channel));
  }
  return Uint8Array.from(bytes);
}

/** The image as `[32, 32, 3]` in 0 … 1. */
export function cifarImage(image: number): Float32Array {
  return Float32Array.from({ length: 3072 }, (_, i) => {
    const channel = i % 3;
    const column = Math.floor(i / 3) % 32;
    return cifarPixel(image, Math.floor(i / 96), column, channel) / 255;
  });
}

/** An IDX file of bytes. */
export function idx(axes: readonly number[], values: ArrayLike<number>): Uint8Array {
  const header = [
    0,
    0,
    8,
    axes.length,
    ...axes.flatMap((axis) => [axis >>> 24, (axis >> 16) & 255, (axis >> 8) & 255, axis & 255]),
  ];
  return Uint8Array.from([...header, ...Array.from(values)]);
}

/** MNIST-like pairs: 28 × 28 images whose pixel p of image n is (n + p) mod 256, labels n mod 10. */
export function idxPair(count: number): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  return {
    images: idx(
      [count, 28, 28],
      Array.from({ length: count * 784 }, (_, i) => (Math.floor(i / 784) + (i % 784)) % 256),
    ),
    labels: idx(
      [count],
      Array.from({ length: count }, (_, n) => n % 10),
    ),
  };
}

/** Class index of each one-hot row. */
export function classesOf(label: Float32Array, classes = 10): number[] {
  return Array.from({ length: label.length / classes }, (_, row) => {
    const hot = label.subarray(row * classes, (row + 1) * classes);
    if (hot.reduce((a, b) => a + b, 0) !== 1) throw new Error("a label is not one-hot");
    return hot.indexOf(1);
  });
}

/** 0 … count − 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
