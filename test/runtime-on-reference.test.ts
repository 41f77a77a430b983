/** The runtime with what it is made for: compiled circuits on the reference engine. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import {
  arraySource,
  createMemoryStore,
  createSession,
  type DataBatch,
  evaluate,
  sampleUniforms,
  type Session,
  train,
  type TrainingOptions,
} from "@settle/runtime";
import { type CircuitSpec, defineCircuit } from "@settle/spec";
import { describe, expect, test } from "vitest";

const small = defineCircuit({
  version: 1,
  name: "small",
  states: {
    x: { shape: [6, 6, 2], observed: { data: "image" } },
    z1: { shape: [3, 3, 3], activation: "leaky-relu" },
    z2: { shape: [4], activation: "tanh" },
  },
  errors: { e0: { target: "x", bias: true }, e1: { target: "z1" } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2, feedback: "separate" },
    W2: { from: "z2", to: "e1", kind: "dense", learn: { constraint: { kind: "max-norm", over: "source" } } },
  },
  settle: { steps: 8, rate: 0.1, leak: 0.001 },
  learn: { rule: "adam", rate: 0.01 },
});

interface Setup {
  readonly circuit?: CircuitSpec;
  readonly seed?: number;
  readonly microBatch?: number;
}

async function newSession({ circuit = small, seed = 3, microBatch }: Setup = {}): Promise<Session> {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  return createSession({
    programFor: (modes) => (modes === undefined ? compiled.program : compiled.lower(modes)),
    engine: referenceEngine,
    seed,
    ...(microBatch !== undefined && { microBatch }),
  });
}

const size = 6 * 6 * 2;
const count = 10;
const samples = Array.from({ length: count }, (_, i) => i);
const image = sampleUniforms({ seed: 1, stream: "images", samples }, size);
const source = arraySource("uniform images", { image: { shape: [6, 6, 2], data: image } });
const whole: DataBatch = { count, fields: { image } };
const everything = { predictions: "all", errors: "all", states: "all" } as const;

describe("settling on the reference engine", () => {
  test.each([Infinity, 4])("goes on from states that are given, %d samples at a time", async (microBatch) => {
    const session = await newSession({ microBatch });
    const all = await session.settle(whole, { ...everything, steps: 12 });
    const { states: from } = await session.settle(whole, { states: ["z1", "z2"], steps: 5 });
    const { trace: _, statuses: __, ...rest } = await session.settle(whole, { ...everything, from, steps: 7 });
    expect(all).toMatchObject(rest);
    // What is not given begins as it would have.
    const { z1 } = from;
    const partly = await session.settle(whole, { states: "all", from: { z1: z1! }, steps: 0 });
    expect(partly.states["z1"]).toEqual(z1);
    expect(partly.states["z2"]).toEqual((await session.settle(whole, { states: "all", steps: 0 })).states["z2"]);
  });

  test("refuses to begin from states that do not fit", async () => {
    const session = await newSession();
    await expect(session.settle(whole, { from: { z9: image } })).rejects.toThrow("session/unknown-node");
    await expect(session.settle(whole, { from: { z1: image } })).rejects.toThrow("session/bad-option");
  });

  test("gives every sample the same bits alone, in a batch and in a split batch", async () => {
    const together = await (await newSession()).settle(whole, everything);
    expect(await (await newSession({ microBatch: 3 })).settle(whole, everything)).toEqual(together);
    const alone = await (
      await newSession()
    ).settle({ count: 1, indices: [7], fields: { image: image.subarray(7 * size, 8 * size) } }, everything);
    expect(alone.states["z2"]).toEqual(together.states["z2"]!.slice(28, 32));
    expect(alone.discrepancies["e1"]![0]).toBe(together.discrepancies["e1"]![7]);
  });

  test("is not changed by a trace", async () => {
    const session = await newSession();
    const traced = await session.settle(whole, { ...everything, trace: { every: 3, states: "all" } });
    expect(traced.trace.map(({ step }) => step)).toEqual([0, 3, 6, 8]);
    expect({ ...traced, trace: [] }).toEqual(await session.settle(whole, everything));
    expect(traced.trace.at(-1)!.states).toEqual(traced.states);
    expect(traced.trace.at(-1)!.discrepancy).toEqual(traced.discrepancy);
  });

  test("reports the discrepancy as the mean of half the squared errors", async () => {
    const { discrepancy, errors } = await (await newSession()).settle(whole, everything);
    for (const id of ["e0", "e1"]) {
      const half = Float64Array.from(errors[id]!).reduce((sum, e) => sum + (e * e) / 2, 0) / count;
      expect(discrepancy.errors[id]).toBeCloseTo(half, 10);
    }
    expect(discrepancy.total).toBeCloseTo(discrepancy.errors["e0"]! + discrepancy.errors["e1"]!, 12);
  });

  test("works in every mode, with the parameters learned in another", async () => {
    const session = await newSession();
    await session.learn(whole);
    const clamped = await session.settle(whole, { ...everything, steps: 0 });
    expect(clamped.states["x"]).toEqual(Float64Array.from(image));
    const released = await session.settle(whole, { ...everything, steps: 0, modes: { x: "released" } });
    expect(released.predictions).toEqual(clamped.predictions);
    const masks = { x: new Float32Array(image.length).fill(1) };
    const masked = await session.settle({ ...whole, masks }, { ...everything, modes: { x: "masked" } });
    expect(masked.predictions).toEqual((await session.settle(whole, everything)).predictions);
    const { predictions, states } = await session.project(count);
    expect(states["x"]).toEqual(predictions["e0"]);
    expect(states["z1"]).toEqual(predictions["e1"]);
    expect(predictions["e0"]).toEqual(clamped.predictions["e0"]);
  });

  test("names samples that diverge, with the step", async () => {
    const wild = { ...small, settle: { steps: 300, rate: 50 } };
    const session = await newSession({ circuit: wild });
    const before = await session.parameters.export();
    const { diverged, statuses } = await session.settle(whole);
    expect(diverged.map(({ sample }) => sample)).toEqual(samples);
    for (const { kind, step } of statuses) {
      expect(kind).toBe("diverged");
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(300);
    }
    expect((await session.learn(whole)).kind).toBe("diverged");
    expect(await session.parameters.export()).toEqual(before);
  });

  test("stops samples one by one where a tolerance is set", async () => {
    const patient = { ...small, settle: { steps: 400, rate: 0.1, tolerance: 1e-3 } };
    const { statuses } = await (await newSession({ circuit: patient })).settle(whole);
    expect(new Set(statuses.map(({ kind }) => kind))).toEqual(new Set(["settled"]));
    expect(new Set(statuses.map(({ step }) => step)).size).toBeGreaterThan(1);
  });
});

describe("learning on the reference engine", () => {
  const options: TrainingOptions = { source, epochs: 3, batch: 4 };

  test("makes the same update of a split batch, but for rounding", async () => {
    const [one, split] = await Promise.all([newSession(), newSession({ microBatch: 3 })]);
    await one.learn(whole);
    await split.learn(whole);
    const [expected, got] = [await one.parameters.export(), await split.parameters.export()];
    expect([...got.keys()]).toEqual([...expected.keys()]);
    for (const [id, { data }] of expected) {
      data.forEach((value, k) => expect(got.get(id)!.data[k]).toBeCloseTo(value, 12));
    }
  });

  test("lowers the discrepancy", async () => {
    const session = await newSession();
    const before = await evaluate(session, { source });
    const result = await train(session, { ...options, epochs: 20 });
    const after = await evaluate(session, { source });
    expect(result).toMatchObject({ kind: "done", steps: 60 });
    expect(after.discrepancy.total).toBeLessThan(before.discrepancy.total / 2);
  });

  test.each([1, 2, 3, 4, 7, 8])("interrupted after update %i and resumed ends with the same bits", async (updates) => {
    const undisturbed = await newSession();
    const expected = await train(undisturbed, options);

    const store = createMemoryStore();
    const controller = new AbortController();
    const first = await train(await newSession(), {
      ...options,
      store,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "step" && event.updates === updates) controller.abort(new Error("Ctrl-C"));
      },
    });
    expect(first).toMatchObject({ kind: "interrupted", steps: updates });

    const session = await newSession();
    const second = await train(session, { ...options, store, resume: true });
    expect(second).toMatchObject({ kind: "done", steps: 9 - updates, discrepancy: expected.discrepancy });
    expect(await session.parameters.export()).toEqual(await undisturbed.parameters.export());
  });
});
