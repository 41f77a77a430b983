import { arraySource, type SampleSource, train } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { type CircuitSpec, createSession, evaluate, type Session } from "../../src/index.ts";

/** Images predict the label: a discriminative circuit with one hidden state. */
const supervised: CircuitSpec = {
  version: 1,
  name: "supervised",
  states: {
    x: { shape: [4, 4, 1], observed: { data: "image" }, activation: "identity" },
    h: { shape: [8], activation: "tanh" },
    y: { shape: [2], observed: { data: "label" } },
  },
  errors: { eh: { target: "h" }, ey: { target: "y" } },
  synapses: { W1: { from: "x", to: "eh", kind: "dense" }, W2: { from: "h", to: "ey", kind: "dense" } },
  settle: { steps: 10, rate: 0.1 },
  learn: { rule: "adam", rate: 0.02, batch: 20 },
};

/** Bright on the left is class 0, bright on the right class 1, with some dirt that differs from image to image. */
function sides(count: number, labelOf: (n: number) => number = (n) => n % 2): SampleSource {
  const image = new Float32Array(count * 16);
  const label = new Float32Array(count * 2);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < 16; i++) {
      const bright = (i % 4 < 2 ? 0 : 1) === n % 2 ? 0.9 : 0.1;
      image[n * 16 + i] = bright + 0.1 * Math.sin(17 * n + 3 * i);
    }
    label[n * 2 + labelOf(n)] = 1;
  }
  return arraySource("sides", { image: { shape: [4, 4, 1], data: image }, label: { shape: [2], data: label } });
}

async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const session = await createSession(supervised, { engine: "reference", seed: 2 });
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

describe("the task classify", () => {
  it("finds the classes of images that a supervised circuit has not seen", async () => {
    const accuracies = await withSession(async (session) => {
      await train(session, { source: sides(40), epochs: 15 });
      const { metrics, images } = await evaluate(session, { source: sides(50), task: "classify" });
      expect(images).toBe(50);
      return metrics.accuracy;
    });
    expect(accuracies).toBe(1);
  });

  it("never shows the circuit a label: with every label swapped, exactly the right answers become wrong", async () => {
    const [right, swapped] = await withSession(async (session) => {
      await train(session, { source: sides(40), epochs: 1 });
      return [
        await evaluate(session, { source: sides(50), task: "classify" }),
        await evaluate(session, { source: sides(50, (n) => 1 - (n % 2)), task: "classify" }),
      ];
    });
    expect((right?.metrics.accuracy ?? 0) + (swapped?.metrics.accuracy ?? 0)).toBeCloseTo(1, 12);
    // What was settled is the same, so it cannot have depended on the labels.
    expect(swapped?.discrepancy).toEqual(right?.discrepancy);
  });

  it("gives the session neither the labels nor a mode that would clamp them", async () => {
    const seen: unknown[] = [];
    await withSession(async (session) => {
      const watched: Session = {
        ...session,
        settle: (batch, options) => {
          seen.push([Object.keys(batch.fields), options?.modes]);
          return session.settle(batch, options);
        },
      };
      await evaluate(watched, { source: sides(4), task: "classify" });
      await evaluate(watched, { source: sides(4), training: sides(20), task: "probe", latents: ["h"] });
      await evaluate(watched, { source: sides(4), task: "robustness", noise: 0.1, occlusion: [1] });
    });
    expect(seen.length).toBeGreaterThan(4);
    for (const each of seen) expect(each).toEqual([["image"], { y: "free" }]);
  });

  it("says so where the circuit or the data have no labels", async () => {
    const { label: _label, ...unlabelled } = sides(4).fields;
    await withSession(async (session) => {
      const source = { ...sides(4), fields: { ...unlabelled } };
      await expect(evaluate(session, { source, task: "classify" })).rejects.toMatchObject({
        diagnostic: { code: "evaluate/no-label" },
      });
    });
  });
});

describe("the task robustness", () => {
  it("scores a supervised circuit by its classes, under each corruption", async () => {
    const { metrics, variants } = await withSession(async (session) => {
      await train(session, { source: sides(40), epochs: 15 });
      return evaluate(session, { source: sides(30), task: "robustness", noise: [0.1, 5], occlusion: [1] });
    });
    expect(metrics.accuracy).toBe(1);
    expect(Object.keys(variants)).toEqual(["noise 0.1", "noise 5", "square 1×1"]);
    expect(variants["noise 5"]?.accuracy).toBeLessThan(1);
  });
});
