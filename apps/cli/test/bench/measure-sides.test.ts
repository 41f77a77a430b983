import { describe, expect, it } from "vitest";
import { measureSides } from "../../src/bench/measure-sides.ts";
import type { Side } from "../../src/bench/side.ts";
import { settle } from "../fake-terminal.ts";

/** A side whose settles take as long as it says, each sample alike. */
function fakeSide(engine: string, secondsPerSample: number, megabytes: number, log: string[]): Side {
  return {
    engine,
    version: "1",
    load: async () => ({ device: "here", steps: 60, loadSeconds: 0.1 }),
    settle: async ({ samples, steps = 60 }) => {
      log.push(`${engine} ${samples} ${steps}`);
      const seconds = (secondsPerSample * samples * steps) / 60;
      return { seconds, coreSeconds: 2 * seconds, megabytes, discrepancy: 1 };
    },
    end: () => undefined,
  };
}

const options = { samples: 100, rounds: 3, patience: 10, signal: new AbortController().signal };

describe("sides that take turns", () => {
  it("are compared with the first in speed and memory", async () => {
    const sides = [fakeSide("a", 0.01, 100, []), fakeSide("b", 0.04, 50, [])];
    const [a, b] = await measureSides(sides, options);
    expect(a).toMatchObject({ speed: 1, memory: 1, samples: 100, moreForLonger: 0 });
    expect(a!.samplesPerSecond.median).toBeCloseTo(100);
    expect(a!.perCoreSecond).toBeCloseTo(50);
    expect(b!.speed).toBeCloseTo(0.25);
    expect(b!.memory).toBeCloseTo(0.5);
  });

  it("each have one turn a round", async () => {
    const log: string[] = [];
    await measureSides([fakeSide("a", 0.01, 1, log), fakeSide("b", 0.01, 1, log)], options);
    const turns = log.filter((line) => line.endsWith(" 100 60")).slice(2);
    expect(turns).toEqual(["a", "b", "a", "b", "a", "b"].map((name) => `${name} 100 60`));
  });

  it("settle fewer samples where they are slow, and nothing longer", async () => {
    const [slow] = await measureSides([fakeSide("slow", 2, 1, [])], options);
    expect(slow!.samples).toBe(5);
    expect(slow).not.toHaveProperty("moreForLonger");
    expect(slow!.samplesPerSecond.median).toBeCloseTo(0.5);
  });

  it("stop when they are told to", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(measureSides([fakeSide("a", 1, 1, [])], { ...options, signal })).rejects.toBe(reason);
  });
});

describe("settle bench", () => {
  it("knows which engines there are", async () => {
    const { code, stderr } = await settle(["bench", "--engine", "natvie"]);
    expect(code).toBe(1);
    expect(stderr).toContain('"natvie"');
  });

  it("takes whole numbers of samples only", async () => {
    expect((await settle(["bench", "--batch", "0"])).code).toBe(2);
  });
});
