import { arraySource } from "@settle/runtime";
import { expect, it } from "vitest";
import { binarized } from "../src/index.ts";

it("makes images black and white at a half, and leaves labels and the source itself alone", async () => {
  const data = Float32Array.of(0, 0.5, 0.51, 1);
  const source = arraySource("grey", {
    image: { shape: [2, 2, 1], data },
    label: { shape: [1], data: Float32Array.of(0.7) },
  });
  const binary = binarized(source);
  expect(await binary.read([0])).toEqual({ image: Float32Array.of(0, 0, 1, 1), label: Float32Array.of(0.7) });
  expect(binary.hash).not.toBe(source.hash);
  expect((await source.read([0]))["image"]?.[2]).toBeCloseTo(0.51);
});
