import { arraySource } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { addGaussianNoise, drawMasks, withNoise } from "../src/index.ts";
import { upTo } from "./official-files.ts";

const samples = upTo(40);
const images = new Float32Array(40 * 3072).fill(0.5);

describe("noise", () => {
  it("has the mean and the deviation asked for, and goes beyond 0 … 1", () => {
    const white = new Float32Array(40 * 3072).fill(1);
    const noisy = addGaussianNoise(white, { seed: 1, samples });
    const differences = noisy.map((value) => value - 1);
    const count = differences.length;
    const mean = differences.reduce((a, b) => a + b, 0) / count;
    const sd = Math.sqrt(differences.reduce((a, b) => a + b * b, 0) / count);
    expect(Math.abs(mean)).toBeLessThan((5 * 0.1) / Math.sqrt(count));
    expect(Math.abs(sd / 0.1 - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
    expect(noisy.some((value) => value > 1)).toBe(true);
    expect(white.every((value) => value === 1)).toBe(true);
  });

  it("belongs to the sample, not to its place in a batch", () => {
    const all = addGaussianNoise(images, { seed: 3, samples });
    const one = addGaussianNoise(images.subarray(0, 3072), { seed: 3, samples: [17] });
    expect(one).toEqual(all.slice(17 * 3072, 18 * 3072));
  });

  it("differs between seeds, epochs and samples", () => {
    const of = (seed: number, epoch: number, sample: number): Float32Array =>
      addGaussianNoise(images.subarray(0, 8), { seed, epoch, samples: [sample] });
    const first = of(1, 0, 0);
    for (const other of [of(2, 0, 0), of(1, 1, 0), of(1, 0, 1)]) expect(other).not.toEqual(first);
  });

  it("is offered beside the clean image by a source", async () => {
    const source = arraySource("four", { image: { shape: [2], data: Float32Array.from(upTo(8)) } });
    const noisy = withNoise(source, { seed: 5, sigma: 0.2 });
    expect(noisy.fields).toEqual({ image: [2], noisy: [2] });
    const read = await noisy.read([3, 1]);
    expect(read.image).toEqual(Float32Array.of(6, 7, 2, 3));
    expect(read.noisy).toEqual(addGaussianNoise(Float32Array.of(6, 7, 2, 3), { seed: 5, samples: [3, 1] }, 0.2));
    expect(noisy.hash).not.toBe(source.hash);
    expect(() => withNoise(source, { seed: 1, field: "label" })).toThrow(/data\/missing-field/);
  });

  it("of a negative or infinite deviation is refused", () => {
    for (const sigma of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => addGaussianNoise(images, { seed: 1, samples }, sigma)).toThrow(/data\/bad-corruption/);
    }
  });
});

describe("masks", () => {
  const key = { seed: 1, samples: [0, 1] };

  it("hide everything", () => {
    expect([...drawMasks([2, 2, 1], key, { kind: "all" })]).toEqual(Array.from({ length: 8 }, () => 0));
  });

  it("hide one half", () => {
    const rows = (missing: "top" | "bottom" | "left" | "right") =>
      [...drawMasks([2, 2, 1], { seed: 1, samples: [0] }, { kind: "half", missing })].join("");
    expect([rows("top"), rows("bottom"), rows("left"), rows("right")]).toEqual(["0011", "1100", "0101", "1010"]);
  });

  it("show the middle row of an odd height in both halves", () => {
    expect([...drawMasks([3, 1], { seed: 1, samples: [0] }, { kind: "half", missing: "top" })]).toEqual([0, 1, 1]);
    expect([...drawMasks([3, 1], { seed: 1, samples: [0] }, { kind: "half", missing: "bottom" })]).toEqual([1, 1, 0]);
  });

  it("hide a box of the given size, in all channels, at a place of the sample's own", () => {
    const many = { seed: 1, samples: upTo(200) };
    const masks = drawMasks([8, 9, 3], many, { kind: "box", height: 3, width: 4 });
    const corners = upTo(200).map((n) => {
      const hidden = upTo(72).filter((pixel) => masks[n * 216 + pixel * 3] === 0);
      expect(hidden).toHaveLength(12);
      const top = Math.floor((hidden[0] as number) / 9);
      const left = (hidden[0] as number) % 9;
      expect(hidden).toEqual(upTo(12).map((i) => (top + Math.floor(i / 4)) * 9 + left + (i % 4)));
      for (const pixel of hidden)
        expect([masks[n * 216 + pixel * 3 + 1], masks[n * 216 + pixel * 3 + 2]]).toEqual([0, 0]);
      return `${top},${left}`;
    });
    // 6 × 6 places; 200 draws leave one out with probability 36 · (35/36)²⁰⁰ ≈ 0.13.
    expect(new Set(corners).size).toBeGreaterThan(30);
  });

  it("hide pixels at random, as many as asked for", () => {
    const masks = drawMasks([50, 50, 3], key, { kind: "random", missing: 0.3 });
    const hidden = masks.filter((value) => value === 0).length / masks.length;
    expect(Math.abs(hidden - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 5000));
    for (let i = 0; i < masks.length; i += 3) expect(masks[i]).toBe(masks[i + 2]);
    expect(drawMasks([4, 4], key, { kind: "random", missing: 0 }).every((value) => value === 1)).toBe(true);
    expect(drawMasks([4, 4], key, { kind: "random", missing: 1 }).every((value) => value === 0)).toBe(true);
  });

  it("that no image can get are refused", () => {
    expect(() => drawMasks([4, 4], key, { kind: "box", height: 5, width: 1 })).toThrow(/data\/bad-corruption/);
    expect(() => drawMasks([4, 4], key, { kind: "box", height: 1.5, width: 1 })).toThrow(/data\/bad-corruption/);
    expect(() => drawMasks([4, 4], key, { kind: "random", missing: 1.5 })).toThrow(/data\/bad-corruption/);
  });
});
