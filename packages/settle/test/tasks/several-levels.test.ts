import { arraySource } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { type CircuitSpec, createSession, evaluate } from "../../src/index.ts";

/** Predicts a grey of 0.25 whatever it is given. */
const grey: CircuitSpec = {
  version: 1,
  name: "grey",
  states: { x: { shape: [12, 12, 1], observed: { data: "image" } }, z: { shape: [3] } },
  errors: { e: { target: "x", bias: { initial: { kind: "constant", value: 0.25 } } } },
  synapses: { W: { from: "z", to: "e", kind: "dense", initial: { kind: "zeros" } } },
  settle: { steps: 2, rate: 0.1 },
};

/** Everything 0.75. */
const source = arraySource("bright", { image: { shape: [12, 12, 1], data: new Float32Array(3 * 144).fill(0.75) } });

describe("a task at several levels", () => {
  it("denoises at each level of noise, the first giving the task's own scores", async () => {
    const session = await createSession(grey, { engine: "reference" });
    const alone = await evaluate(session, { source, task: "denoise", noise: 0.2 });
    const { metrics, variants } = await evaluate(session, { source, task: "denoise", noise: [0.2, 0.4] });
    expect(metrics).toEqual(alone.metrics);
    expect(Object.keys(variants)).toEqual([
      "state",
      "noisy",
      "clamped",
      "relaxed",
      "noise 0.4",
      "noise 0.4, state",
      "noise 0.4, noisy",
      "noise 0.4, clamped",
      "noise 0.4, relaxed",
    ]);
    // The same draws, twice as strong.
    expect(variants["noise 0.4, noisy"]?.mse).toBeCloseTo(4 * (variants["noisy"]?.mse ?? 0), 2);
    await session.dispose();
  });

  it("completes under each mask, and scores the hidden pixels by themselves", async () => {
    const session = await createSession(grey, { engine: "reference" });
    const { variants, pictures } = await evaluate(session, {
      source,
      task: "complete",
      mask: [
        { kind: "half", missing: "left" },
        { kind: "box", height: 3, width: 4 },
        { kind: "random", missing: 0.25 },
      ],
      pictures: 1,
    });
    // Hidden pixels settle to 0.25, which is 0.5 away.
    const hidden = (0.5 * 255) ** 2;
    expect(variants["hidden"]?.mse).toBeCloseTo(hidden, 2);
    expect(variants["box 3×4, hidden"]?.mse).toBeCloseTo(hidden, 2);
    expect(variants["box 3×4, state"]?.mse).toBeCloseTo((hidden * 12) / 144, 2);
    expect(variants["random 0.25, hidden"]?.mse).toBeCloseTo(hidden, 2);
    expect(Object.keys(pictures[0]?.images ?? {})).toContain("box 3×4, completed");
    await session.dispose();
  });

  it("tests robustness against the clean image: a circuit that ignores its input is robust", async () => {
    const session = await createSession(grey, { engine: "reference" });
    const { metrics, variants } = await evaluate(session, { source, task: "robustness" });
    expect(Object.keys(variants)).toEqual(["noise 0.05", "noise 0.1", "noise 0.2", "square 3×3", "square 6×6"]);
    for (const scores of Object.values(variants)) expect(scores.mse).toBeCloseTo(metrics.mse ?? NaN, 6);
    await expect(evaluate(session, { source, task: "robustness", occlusion: [13] })).rejects.toMatchObject({
      diagnostic: { code: "data/bad-corruption" },
    });
    await session.dispose();
  });

  it("takes other numbers of steps, and other metrics, when asked", async () => {
    const session = await createSession(grey, { engine: "reference" });
    const { metrics } = await evaluate(session, { source, task: "reconstruct", steps: 1, metrics: ["bce"] });
    expect(Object.keys(metrics)).toEqual(["bce"]);
    expect(metrics.bce).toBeCloseTo(-144 * (0.75 * Math.log(0.25) + 0.25 * Math.log(0.75)), 2);
    await session.dispose();
  });
});
