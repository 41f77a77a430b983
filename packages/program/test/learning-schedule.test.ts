import { type LearningSchedule, scheduledFactor } from "@settle/program";
import { describe, expect, it } from "vitest";

const factors = (schedule: LearningSchedule, updates: number): readonly number[] =>
  Array.from({ length: updates }, (_, update) => scheduledFactor(schedule, update, updates));

function expectFactors(schedule: LearningSchedule, wanted: readonly number[]): void {
  const got = factors(schedule, wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 12);
}

describe("the learning rate", () => {
  it("stays as it is", () => {
    expectFactors({ kind: "constant", warmup: 0 }, [1, 1, 1]);
  });

  it("rises to its full size over the updates of the warm-up, or a part of the training", () => {
    expectFactors({ kind: "constant", warmup: 3 }, [0.25, 0.5, 0.75, 1, 1, 1]);
    expectFactors({ kind: "constant", warmup: 0.5 }, [0.25, 0.5, 0.75, 1, 1, 1]);
  });

  it("falls in a line over the last part", () => {
    expectFactors({ kind: "linear", warmup: 0, from: 0.5, final: 0 }, [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]);
    expectFactors({ kind: "linear", warmup: 0, from: 4, final: 0.5 }, [1, 1, 1, 1, 1, 0.875, 0.75, 0.625]);
  });

  it("falls as half a cosine", () => {
    const half = Math.SQRT1_2;
    expectFactors({ kind: "cosine", warmup: 0, from: 0, final: 0 }, [1, (1 + half) / 2, 0.5, (1 - half) / 2]);
  });

  it("is multiplied again and again", () => {
    expectFactors({ kind: "step", warmup: 0, every: 2, factor: 0.1 }, [1, 1, 0.1, 0.1, 0.01, 0.01]);
    expectFactors({ kind: "step", warmup: 0, every: 0.5, factor: 0.1 }, [1, 1, 1, 0.1, 0.1, 0.1]);
  });

  it("stays at its end where a training goes on", () => {
    expect(scheduledFactor({ kind: "linear", warmup: 0, from: 0, final: 0.2 }, 50, 10)).toBeCloseTo(0.2, 12);
  });
});
