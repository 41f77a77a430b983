import { describe, expect, it } from "vitest";
import { groupCount, lanesToSamples, samplesToLanes } from "../src/index.ts";

describe("samples in lanes", () => {
  it.each([1, 4, 8, 16])("lie side by side, %i to a group, and come out as they went in", (lanes) => {
    for (let samples = 1; samples < 20; samples++) {
      const [elements, at, stride] = [3, 2, 3 * lanes + 1];
      const memory = new Float32Array(at + groupCount(samples, lanes) * stride).fill(-1);
      const host = Float32Array.from({ length: samples * elements }, (_, k) => k + 1);
      const layout = { samples, elements, lanes, at, stride };
      samplesToLanes(host, memory, layout);
      for (let sample = 0; sample < samples; sample++) {
        for (let i = 0; i < elements; i++) {
          const place = at + Math.floor(sample / lanes) * stride + i * lanes + (sample % lanes);
          expect(memory[place]).toBe(host[sample * elements + i]);
        }
      }
      const back = new Float32Array(host.length + 1).fill(-1);
      lanesToSamples(memory, back, layout);
      expect(back).toEqual(Float32Array.of(...host, -1));
    }
  });
});
