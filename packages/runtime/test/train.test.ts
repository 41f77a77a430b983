import { describe, expect, test } from "vitest";
import { permutation, arraySource, createMemoryStore, type SampleSource, train } from "../src/index.ts";
import { linearSource } from "./fixtures/linear-data.ts";
import { newSession, options, follow, weights, recorded } from "./fixtures/linear-training.ts";

describe("training", () => {
  test("tells what happens, in order", async () => {
    const { events, result } = await follow(await newSession(), {
      epochs: 2,
      validation: linearSource(5),
      store: createMemoryStore(),
    });
    const epoch = ["epoch-start", "step", "step", "step", "epoch-end", "validation", "checkpoint"];
    expect(events.map(({ kind }) => kind)).toEqual(["start", "checkpoint", ...epoch, ...epoch, "done"]);
    expect(events.at(-1)).toEqual({ kind: "done", result });
    expect(result).toMatchObject({
      kind: "done",
      steps: 6,
      images: 20,
      position: { epoch: 3, step: 0, updates: 6 },
    });
    const { seconds } = result;
    const parts = seconds.data + seconds.settle + seconds.learn + seconds.validation + seconds.checkpoint;
    expect(seconds.settle).toBeGreaterThan(0);
    expect(parts).toBeLessThanOrEqual(seconds.total);
  });

  test("lowers the discrepancy", async () => {
    const { events } = await follow(await newSession(), { epochs: 15 });
    const means = events.flatMap((event) => (event.kind === "epoch-end" ? [event.discrepancy.total] : []));
    expect(means.at(-1)).toBeLessThan(means[0]! / 4);
  });

  test("learns at the scheduled part of its rate, which the metrics keep", async () => {
    const store = createMemoryStore();
    const schedule = { kind: "step", warmup: 0, every: 2, factor: 0.5 } as const;
    await follow(await newSession(), { store, rate: 0.08, schedule, epochs: 2 });
    const rates = store.metrics.flatMap((line) => (line.kind === "step" ? [line.rate] : []));
    expect(rates).toEqual([0.08, 0.08, 0.04, 0.04, 0.02, 0.02]);
  });

  test("uses every sample once an epoch, in the seeded order, the rest as a smaller batch", async () => {
    const { source, reads } = recorded(linearSource(10));
    const { events } = await follow(await newSession(), { source, epochs: 2 });
    for (const epoch of [1, 2]) {
      const order = reads.slice(3 * epoch - 3, 3 * epoch);
      expect(order.map(({ length }) => length)).toEqual([4, 4, 2]);
      expect(order.flat()).toEqual([...permutation({ seed: 7, stream: "shuffle", epoch }, 10)]);
    }
    expect(events.flatMap((event) => (event.kind === "step" ? [event.samples] : []))).toEqual([4, 4, 2, 4, 4, 2]);
  });

  test("weighs every sample of an epoch alike in its mean", async () => {
    const { events } = await follow(await newSession(), { epochs: 1 });
    const steps = events.flatMap((event) => (event.kind === "step" ? [event] : []));
    const mean = steps.reduce((sum, { samples, discrepancy }) => sum + samples * discrepancy.total, 0) / 10;
    const end = events.find((event) => event.kind === "epoch-end");
    expect(end?.discrepancy.total).toBeCloseTo(mean, 12);
  });

  test("takes the first samples only, if limited", async () => {
    const { source, reads } = recorded(linearSource(10));
    const { result } = await follow(await newSession(), { source, limit: 5, epochs: 1 });
    expect(reads.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(result.images).toBe(5);
  });

  test("reads the next batch while the current one settles", async () => {
    const log: string[] = [];
    const source = linearSource(12);
    const session = await newSession({
      onPhase: (phase) => {
        if (phase === "start" || phase === "apply") log.push(phase);
      },
    });
    const watched: SampleSource = {
      ...source,
      read: (indices) => {
        log.push("read");
        return source.read(indices);
      },
    };
    await train(session, { ...options, source: watched, epochs: 1 });
    expect(log).toEqual(["read", "read", "start", "apply", "read", "start", "apply", "start", "apply"]);
  });

  test("of no epochs keeps the initial weights", async () => {
    const session = await newSession();
    const before = await weights(session);
    const store = createMemoryStore();
    const { result } = await follow(session, { epochs: 0, store });
    expect(result).toMatchObject({ kind: "done", steps: 0, imagesPerSecond: 0 });
    expect(await weights(session)).toEqual(before);
    expect(store.checkpoints).toHaveLength(1);
  });

  test("depends on the seed and on nothing else", async () => {
    const [one, same, other] = await Promise.all([newSession(), newSession(), newSession({ seed: 8 })]);
    for (const session of [one, same, other]) await follow(session);
    expect(await weights(same)).toEqual(await weights(one));
    expect(await weights(other)).not.toEqual(await weights(one));
  });

  test.each([
    ["epochs", -1],
    ["epochs", 1.5],
    ["batch", 0],
    ["limit", 0],
    ["rate", Number.NaN],
  ])("refuses %s of %d", async (name, value) => {
    const session = await newSession();
    await expect(train(session, { ...options, [name]: value })).rejects.toThrow("session/bad-option");
  });

  test("refuses data of another shape before it starts", async () => {
    const wide = arraySource("wide", { image: { shape: [4], data: new Float32Array(16) } });
    const { source } = options;
    await expect(train(await newSession(), { ...options, source: wide })).rejects.toThrow("data/shape-mismatch");
    await expect(train(await newSession(), { source, epochs: 1, validation: wide })).rejects.toThrow(
      "data/shape-mismatch",
    );
  });
});

describe("metrics", () => {
  test("are a line per step, per epoch and per validation", async () => {
    const store = createMemoryStore();
    await follow(await newSession(), { epochs: 1, store, validation: linearSource(5), validationLimit: 3 });
    expect(store.metrics.map(({ kind, epoch, updates, samples }) => [kind, epoch, updates, samples])).toEqual([
      ["step", 1, 1, 4],
      ["step", 1, 2, 4],
      ["step", 1, 3, 2],
      ["epoch", 1, 3, 10],
      ["validation", 1, 3, 3],
    ]);
    for (const line of store.metrics) expect(line.errors).toEqual({ e: line.discrepancy });
  });
});
