/** Stale errors against their closed form, on each engine that works here. */
import { createSession, engineRegistry } from "@settle/settle";
import type { CircuitSpec } from "@settle/spec";
import { beforeEach, describe, expect, it } from "vitest";
import { whyAbsent } from "./program-engines.ts";

const [weight, beta, begin, learningRate, steps] = [0.8, 0.25, 0.5, 0.1, 3] as const;
const circuit = (errors: "fresh" | "stale"): CircuitSpec => ({
  version: 1,
  name: "one-weight",
  states: {
    x: { shape: [1], observed: { data: "image" } },
    z: { shape: [1], initial: { kind: "constant", value: begin } },
  },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense", initial: { kind: "constant", value: weight } } },
  settle: { steps, rate: beta, errors },
  learn: { rule: "sgd", rate: learningRate },
});

/** More samples than a vector has lanes. */
const samples = Float32Array.from({ length: 21 }, (_, i) => 1 + i / 10);
const batch = { count: samples.length, fields: { image: samples } };

/** z ← z + β·w·e with e = x − w·z multiplies e by 1 − β·w² in every step. */
const errorAfter = (x: number, step: number): number => (x - weight * begin) * (1 - beta * weight ** 2) ** step;
const stateAfter = (x: number, step: number): number => (x - errorAfter(x, step)) / weight;

const registered = await Promise.all(
  engineRegistry.map(async ({ name, load }) => {
    const engine = await load();
    return { name, engine, reason: await whyAbsent(engine) };
  }),
);

describe.each(registered)("on $name", ({ engine, reason }) => {
  beforeEach(({ skip }) => skip(reason !== undefined, reason));

  it.each([
    ["fresh errors are those of the final states", "fresh", steps],
    ["stale errors are those the last correction was made with", "stale", steps - 1],
  ] as const)("%s, and the weights learn from them and the final states", async (_what, errors, at) => {
    const session = await createSession(circuit(errors), { engine });
    try {
      const settled = await session.settle(batch, { errors: "all", states: ["z"] });
      for (const [i, x] of samples.entries()) {
        expect(settled.errors["e"]![i]).toBeCloseTo(errorAfter(x, at), 5);
        expect(settled.states["z"]![i]).toBeCloseTo(stateAfter(x, steps), 5);
        expect(settled.discrepancies["e"]![i]).toBeCloseTo(errorAfter(x, at) ** 2 / 2, 5);
      }
      await session.learn(batch);
      const mean = samples.reduce((sum, x) => sum + stateAfter(x, steps) * errorAfter(x, at), 0) / samples.length;
      const learned = (await session.parameters.export()).get("W")!.data[0]!;
      expect(learned).toBeCloseTo(weight + learningRate * mean, 5);
    } finally {
      await session.dispose();
    }
  });
});
