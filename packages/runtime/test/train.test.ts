import { settleError } from "@settle/diagnostics";
import { describe, expect, test } from "vitest";
import {
  arraySource,
  type Checkpoint,
  createMemoryStore,
  createSession,
  permutation,
  type RunStore,
  type SampleSource,
  type Session,
  train,
  type TrainingEvent,
  type TrainingOptions,
} from "../src/index.ts";
import { fakeEngine, type FakeOptions } from "./fixtures/fake-engine.ts";
import { linearSource } from "./fixtures/linear-data.ts";
import { linearProgram, type LinearOptions } from "./fixtures/linear-program.ts";

type Setup = LinearOptions & FakeOptions & { readonly seed?: number };

const newSession = (setup: Setup = {}): Promise<Session> =>
  createSession({
    engine: fakeEngine(setup),
    seed: setup.seed ?? 7,
    programFor: (modes) => linearProgram(modes, setup),
  });

/** Ten samples in batches of four: two whole ones and a rest of two. */
const options: TrainingOptions = { source: linearSource(10), epochs: 3, batch: 4 };

async function follow(
  session: Session,
  more: Partial<TrainingOptions> = {},
): Promise<{ events: TrainingEvent[]; result: Awaited<ReturnType<typeof train>> }> {
  const events: TrainingEvent[] = [];
  const result = await train(session, { ...options, ...more, onEvent: (event) => void events.push(event) });
  return { events, result };
}

const weights = async (session: Session): Promise<number[]> =>
  [...(await session.parameters.export()).values()].flatMap(({ data }) => [...data]);

/** With a learning rate that is another at every update. */
const scheduled: Partial<TrainingOptions> = {
  validation: linearSource(5),
  schedule: { kind: "cosine", warmup: 2, from: 0.25, final: 0.1 },
};

/** A source that records what is read from it. */
function recorded(source: SampleSource): { source: SampleSource; reads: number[][] } {
  const reads: number[][] = [];
  return {
    reads,
    source: {
      ...source,
      read: (indices) => {
        reads.push([...indices]);
        return source.read(indices);
      },
    },
  };
}

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

describe("an interrupted training", () => {
  /** Stops in the midst of the `n`-th run of a phase. */
  async function interruptAt(n: number, phase: "step" | "apply", store: RunStore): Promise<TrainingEvent[]> {
    const controller = new AbortController();
    let count = 0;
    const session = await newSession({
      onPhase: (current) => {
        if (current === phase && ++count === n) controller.abort(new Error("Ctrl-C"));
      },
    });
    const { events, result } = await follow(session, { ...scheduled, store, signal: controller.signal });
    expect(result.kind).toBe("interrupted");
    return events;
  }

  // An epoch settles 3 batches of 20 steps and validates 2.
  const moments: readonly (readonly [string, number, "step" | "apply", number])[] = [
    ["in its first settle", 5, "step", 0],
    ["in the midst of an epoch", 25, "step", 1],
    ["in an update, which is finished", 2, "apply", 2],
    ["in its first validation", 70, "step", 3],
    ["in a later epoch", 130, "step", 4],
    ["in its last validation", 270, "step", 9],
  ];

  test.each(moments)(
    "%s and resumed ends with the very bits of one that never stopped",
    async (_, n, phase, updates) => {
      const whole = createMemoryStore(100);
      const undisturbed = await newSession();
      const { result: expected } = await follow(undisturbed, { ...scheduled, store: whole });

      const store = createMemoryStore();
      const events = await interruptAt(n, phase, store);
      expect(events.slice(-3).map(({ kind }) => kind)).toEqual(["checkpoint", "interrupted", "done"]);
      expect(events.at(-2)).toMatchObject({ kind: "interrupted", updates });

      const session = await newSession();
      const { events: after, result } = await follow(session, { ...scheduled, store, resume: true });
      expect(after[0]).toMatchObject({ kind: "start", resumed: { exact: true, position: { updates } } });
      expect(await weights(session)).toEqual(await weights(undisturbed));
      expect(result).toMatchObject({
        kind: "done",
        position: expected.position,
        discrepancy: expected.discrepancy,
        validation: expected.validation,
        steps: 9 - updates,
      });
      const timeless = (lines: typeof store.metrics): unknown =>
        lines.map((line) => ({ ...line, seconds: 0, imagesPerSecond: 0 }));
      expect(timeless(store.metrics)).toEqual(timeless(whole.metrics));
      expect(store.checkpoints.at(-1)).toEqual(whole.checkpoints.at(-1));
    },
  );

  test("before it began does nothing but say so", async () => {
    const session = await newSession();
    const before = await weights(session);
    const { result } = await follow(session, { signal: AbortSignal.abort(new Error("Ctrl-C")) });
    expect(result).toMatchObject({ kind: "interrupted", steps: 0 });
    expect(await weights(session)).toEqual(before);
  });

  test("hears of it although nothing it does ever waits", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("Ctrl-C")), 0);
    const { result } = await follow(await newSession(), { epochs: 50, signal: controller.signal });
    expect(result.kind).toBe("interrupted");
  });

  test("does not wait for data that never come", async () => {
    const controller = new AbortController();
    const source: SampleSource = {
      ...linearSource(10),
      read: () => {
        queueMicrotask(() => controller.abort(new Error("Ctrl-C")));
        return new Promise(() => undefined);
      },
    };
    const { result } = await follow(await newSession(), { source, signal: controller.signal });
    expect(result.kind).toBe("interrupted");
  });

  test("on an engine that is not deterministic does not promise the same bits", async () => {
    const store = createMemoryStore();
    await follow(await newSession({ deterministic: false }), { store, epochs: 1 });
    const { events } = await follow(await newSession({ deterministic: false }), { store, resume: true });
    expect(events[0]).toMatchObject({ resumed: { exact: false } });
  });
});

describe("resuming", () => {
  async function stored(): Promise<ReturnType<typeof createMemoryStore>> {
    const store = createMemoryStore();
    await follow(await newSession(), { store, epochs: 1 });
    return store;
  }

  test("a finished run with more epochs goes on", async () => {
    const store = await stored();
    const session = await newSession();
    await follow(session, { store, resume: true });
    const whole = await newSession();
    await follow(whole);
    expect(await weights(session)).toEqual(await weights(whole));
  });

  test("without a checkpoint starts from the beginning", async () => {
    const { events, result } = await follow(await newSession(), { store: createMemoryStore(), resume: true });
    expect(events[0]).not.toHaveProperty("resumed");
    expect(result.steps).toBe(9);
  });

  test("with another circuit is refused, and the session keeps its weights", async () => {
    const session = await newSession({ name: "other" });
    const before = await weights(session);
    await expect(follow(session, { store: await stored(), resume: true })).rejects.toMatchObject({
      diagnostic: { code: "run/other-circuit", message: expect.stringContaining('"linear"') as unknown },
    });
    expect(await weights(session)).toEqual(before);
  });

  test("with another version of the circuit is refused", async () => {
    const session = await newSession({ steps: 21 });
    await expect(follow(session, { store: await stored(), resume: true })).rejects.toThrow(
      'another version of circuit "linear"',
    );
  });

  test("with other settings names each of them", async () => {
    const session = await newSession({ seed: 8 });
    const schedule = { kind: "constant", warmup: 5 } as const;
    const more = { batch: 5, rate: 0.5, schedule, limit: 9, source: linearSource(11) };
    await expect(follow(session, { store: await stored(), resume: true, ...more })).rejects.toMatchObject({
      diagnostic: {
        code: "run/other-settings",
        message:
          "The run was made with another setting of the seed (7, now 8), the batch size (4, now 5), " +
          'the number of samples (10, now 9), the data (now "linear"), the learning rate (0.05, now 0.5), ' +
          'the schedule of the learning rate (none, now {"kind":"constant","warmup":5}).',
      },
    });
  });
});

describe("checkpoints", () => {
  const positions = (events: readonly TrainingEvent[]): string[] =>
    events.flatMap((event) =>
      event.kind === "checkpoint" ? [`${event.reason} ${event.position.epoch}.${event.position.step}`] : [],
    );

  test("are kept at the start and after each epoch", async () => {
    const { events } = await follow(await newSession(), { store: createMemoryStore() });
    expect(positions(events)).toEqual(["start 1.0", "epoch 2.0", "epoch 3.0", "epoch 4.0"]);
  });

  test("are kept after so many updates too", async () => {
    const more = { store: createMemoryStore(), epochs: 2, checkpointEvery: { updates: 2 } };
    const { events } = await follow(await newSession(), more);
    expect(positions(events)).toEqual(["start 1.0", "interval 1.2", "epoch 2.0", "interval 2.2", "epoch 3.0"]);
  });

  test("are kept after so many seconds too", async () => {
    const more = { store: createMemoryStore(), epochs: 1, checkpointEvery: { seconds: 0 } };
    const { events } = await follow(await newSession(), more);
    expect(positions(events)).toEqual(["start 1.0", "interval 1.1", "interval 1.2", "epoch 2.0"]);
  });

  test("hold the weights, the plan and the place", async () => {
    const store = createMemoryStore();
    const session = await newSession();
    await follow(session, { store });
    expect(store.checkpoints.at(-1)).toEqual({
      format: "settle-checkpoint",
      version: 1,
      circuit: session.program.circuit,
      engine: { name: "fake", dtype: "float64" },
      plan: { seed: 7, batch: 4, samples: 10, data: linearSource(10).hash, rate: 0.05 },
      position: { epoch: 4, step: 0, updates: 9 },
      epochSums: { samples: 0, discrepancy: 0, errors: {} },
      tensors: await session.parameters.export(),
    } satisfies Checkpoint);
  });
});

describe("a training that goes wrong", () => {
  /** Sample 6 is so large that settling it overflows. */
  function withHugeSample(): SampleSource {
    const source = linearSource(10);
    return {
      ...source,
      read: async (indices) => {
        const { image } = await source.read(indices);
        indices.forEach((index, i) => {
          if (index === 6) image!.fill(3e38, 3 * i, 3 * i + 3);
        });
        return { image: image! };
      },
    };
  }

  test("names epoch, update, sample and step of a divergence, and keeps the checkpoint before", async () => {
    const session = await newSession({ settleRate: 10, steps: 400 });
    const store = createMemoryStore();
    const order = [...permutation({ seed: 7, stream: "shuffle", epoch: 1 }, 10)];
    const { events, result } = await follow(session, {
      store,
      source: withHugeSample(),
      checkpointEvery: { updates: 1 },
    });
    const diverged = events.find((event) => event.kind === "diverged");
    if (result.kind !== "diverged" || diverged === undefined) throw new Error("it did not diverge");
    expect(diverged).toMatchObject({ epoch: 1, step: result.position.step + 1, diagnostic: result.diagnostic });
    const batch = order.slice(4 * result.position.step, 4 * result.position.step + 4);
    const [first] = diverged.samples;
    expect(batch).toContain(first!.sample);
    expect(result.diagnostic).toMatchObject({
      code: "run/diverged",
      message: expect.stringMatching(
        `^Sample ${first!.sample} diverged at step ${first!.step} of its settle in epoch 1, update ${diverged.step} of 3`,
      ) as unknown,
      help: expect.stringContaining("settle.rate") as unknown,
    });
    // The update was not made: what the session holds is what the last checkpoint holds.
    expect(store.checkpoints.at(-1)!.tensors).toEqual(await session.parameters.export());
    expect(store.checkpoints.at(-1)!.position).toEqual(result.position);
  });

  test("names epoch, update and sample of a number that is not finite, and saves what was learned before", async () => {
    const source = linearSource(10);
    const broken: SampleSource = {
      ...source,
      read: async (indices) => {
        const { image } = await source.read(indices);
        if (indices.includes(6)) image![3 * indices.indexOf(6)] = Number.NaN;
        return { image: image! };
      },
    };
    const order = [...permutation({ seed: 7, stream: "shuffle", epoch: 1 }, 10)];
    const update = Math.floor(order.indexOf(6) / 4) + 1;
    const session = await newSession();
    const store = createMemoryStore();
    await expect(follow(session, { source: broken, store })).rejects.toMatchObject({
      diagnostic: {
        code: "data/not-finite",
        message: `Field "image" is NaN in sample 6, at entry 0 of 3. It turned up in epoch 1, update ${update} of 3.`,
      },
    });
    expect(store.checkpoints.at(-1)!.position).toEqual({ epoch: 1, step: update - 1, updates: update - 1 });
  });

  test("never keeps weights that are not finite", async () => {
    const session = await newSession();
    const store = createMemoryStore(10);
    const { result } = await follow(session, { store, rate: Number.MAX_VALUE, batch: 10 });
    expect(result).toMatchObject({ kind: "diverged", diagnostic: { code: "run/not-finite" } });
    expect(store.checkpoints.map(({ position }) => position.updates)).toEqual([0]);
  });

  test("with an engine that fails saves what was learned before and tells what failed", async () => {
    let applied = 0;
    const setup: FakeOptions = {
      onPhase: (phase) => {
        if (phase === "apply") applied += 1;
        if (applied === 5 && phase === "start") throw new Error("the device was lost");
      },
    };
    const session = await newSession(setup);
    const store = createMemoryStore();
    await expect(follow(session, { store })).rejects.toThrow("the device was lost");
    expect(store.checkpoints.at(-1)!.position).toEqual({ epoch: 2, step: 2, updates: 5 });
  });

  test("with a store that cannot be written to tells so, and the earlier checkpoint stays", async () => {
    const memory = createMemoryStore();
    let saved = 0;
    const store: RunStore = {
      ...memory,
      saveCheckpoint: async (checkpoint) => {
        if (++saved > 2) throw settleError("run/disk-full", "There is no space left.");
        await memory.saveCheckpoint(checkpoint);
      },
    };
    await expect(follow(await newSession(), { store })).rejects.toThrow("run/disk-full");
    expect(memory.checkpoints.at(-1)!.position).toEqual({ epoch: 2, step: 0, updates: 3 });
  });

  test("in a source that cannot be read saves what was learned before", async () => {
    const source = linearSource(10);
    let reads = 0;
    const failing: SampleSource = {
      ...source,
      read: (indices) => (++reads === 3 ? Promise.reject(new Error("the disk is gone")) : source.read(indices)),
    };
    const store = createMemoryStore();
    await expect(follow(await newSession(), { source: failing, store })).rejects.toThrow("the disk is gone");
    expect(store.checkpoints.at(-1)!.position).toEqual({ epoch: 1, step: 2, updates: 2 });
  });
});
