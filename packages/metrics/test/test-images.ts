/**
 * Two pairs of images, 17 × 19 × 3, from integer arithmetic alone, so that any language makes the same numbers:
 * a multiplicative congruential generator (multiplier 48271, modulus 2³¹ − 1, started at 1) drawn in memory order, first
 * for all targets, then for all predictions.
 */
export const shape = [17, 19, 3] as const;
export const images = 2;

export function testImages(): { readonly target: Float64Array; readonly prediction: Float64Array } {
  let state = 1;
  const next = (): number => (state = (state * 48271) % 2147483647);
  const [height, width, channels] = shape;
  const target = new Float64Array(images * height * width * channels);
  let i = 0;
  for (let n = 0; n < images; n++)
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++)
        for (let k = 0; k < channels; k++) target[i++] = (((r * 9 + c * (5 + k) + n * 31) % 200) + (next() % 56)) / 255;
  const prediction = target.map((value) => value * 0.9 + ((next() % 61) - 20) / 255);
  return { target, prediction };
}
