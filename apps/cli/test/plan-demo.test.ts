import { describe, expect, it } from "vitest";
import { chooseBatch, planDemo, settlesPerImage } from "../src/demo/plan-demo.ts";

describe("the demo's plan", () => {
  it("trains on about 2,000 digits where 20 images a second fit into two minutes", () => {
    const plan = planDemo({ seconds: 120, imagesPerSecond: 20, available: 8000, batch: 20 });
    expect(plan).toEqual({ batch: 20, digits: 2120, samples: 2120, epochs: 1, images: 30 });
  });

  it("never plans more work than the time allows", () => {
    for (const imagesPerSecond of [2, 5, 10, 20, 40, 80, 300, 2000]) {
      const { digits, images } = planDemo({ seconds: 120, imagesPerSecond, available: 8000, batch: 20 });
      expect((digits + images * settlesPerImage) / imagesPerSecond).toBeLessThanOrEqual(120);
    }
  });

  it("begins a second epoch only where there is time for one and a half", () => {
    const plan = (imagesPerSecond: number): object =>
      planDemo({ seconds: 120, imagesPerSecond, available: 8000, batch: 20 });
    expect(plan(100)).toMatchObject({ digits: 8000, samples: 8000, epochs: 1, images: 100 });
    expect(plan(110)).toMatchObject({ digits: 12_280, samples: 6140, epochs: 2 });
    expect(plan(300)).toMatchObject({ digits: 32_000, samples: 8000, epochs: 4 });
  });

  it("stops where more digits would change little", () => {
    const { digits } = planDemo({ seconds: 120, imagesPerSecond: 5000, available: 8000, batch: 48 });
    expect(digits).toBeLessThanOrEqual(96_000);
  });

  it("makes at least one update on the slowest machine", () => {
    expect(planDemo({ seconds: 10, imagesPerSecond: 0.1, available: 8000, batch: 20 })).toMatchObject({
      digits: 20,
      images: 10,
    });
  });

  it("takes batches that leave about 800 updates, in fours, up to 48", () => {
    expect([500, 2000, 8000, 16_000, 30_000, 200_000].map(chooseBatch)).toEqual([4, 4, 8, 20, 36, 48]);
  });
});
