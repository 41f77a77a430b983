/** Trainings that stop, go on, and what they keep for it. */
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  createMemoryStore,
  type RunStore,
  type SampleSource,
  type TrainingEvent,
} from "../src/index.ts";
import { linearSource } from "./fixtures/linear-data.ts";
import { scheduled, newSession, follow, weights } from "./fixtures/linear-training.ts";

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
