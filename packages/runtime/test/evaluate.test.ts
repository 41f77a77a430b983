import { describe, expect, test } from "vitest";
import { createSession, evaluate, type EvaluatedBatch, type Session } from "../src/index.ts";
import { fakeEngine, type FakeOptions } from "./fixtures/fake-engine.ts";
import { linearBatch, linearSource } from "./fixtures/linear-data.ts";
import { linearProgram, type LinearOptions } from "./fixtures/linear-program.ts";

const newSession = (setup: LinearOptions & FakeOptions = {}): Promise<Session> =>
  createSession({ engine: fakeEngine(setup), seed: 7, programFor: (modes) => linearProgram(modes, setup) });

describe("evaluating", () => {
  test("hands on every sample in order and means over all of them", async () => {
    const session = await newSession();
    const batches: EvaluatedBatch[] = [];
    const result = await evaluate(session, {
      source: linearSource(10),
      batch: 4,
      predictions: "all",
      onBatch: (batch) => void batches.push(batch),
    });
    expect(batches.map(({ indices, done, samples }) => [indices, done, samples])).toEqual([
      [[0, 1, 2, 3], 4, 10],
      [[4, 5, 6, 7], 8, 10],
      [[8, 9], 10, 10],
    ]);
    const whole = await session.settle(await linearBatch(10), { predictions: "all" });
    expect(batches.flatMap(({ result: { predictions } }) => [...predictions["e"]!])).toEqual([
      ...whole.predictions["e"]!,
    ]);
    expect(result.discrepancy.total).toBeCloseTo(whole.discrepancy.total, 12);
    expect(result).toMatchObject({ samples: 10, settled: 0, diverged: [] });
  });

  test("has the engine load its Program before it settles, so that no settle waits for it", async () => {
    const engine = fakeEngine();
    const session = await createSession({ engine, seed: 7, programFor: (modes) => linearProgram(modes) });
    await session.prepare({ x: "released" });
    expect(engine.loaded.length).toBe(2);
    await session.settle(await linearBatch(2), { modes: { x: "released" } });
    expect(engine.loaded.length).toBe(2);
    const loadedBefore: number[] = [];
    const watched: Session = Object.create(session, {
      settle: {
        value: (...given: Parameters<Session["settle"]>) => {
          loadedBefore.push(engine.loaded.length);
          return session.settle(...given);
        },
      },
    }) as Session;
    await evaluate(watched, { source: linearSource(3), modes: { x: "free" } });
    expect(loadedBefore).toEqual([3]);
  });

  test("changes neither parameters nor the count of updates", async () => {
    const session = await newSession();
    const before = await session.parameters.export();
    await evaluate(session, { source: linearSource(10) });
    expect(await session.parameters.export()).toEqual(before);
    expect(session.updates).toBe(0);
  });

  test("shows the circuit what `corrupt` makes, and the receiver both", async () => {
    const session = await newSession();
    const seen: EvaluatedBatch[] = [];
    await evaluate(session, {
      source: linearSource(3),
      modes: { x: "released" },
      errors: "all",
      predictions: "all",
      corrupt: ({ image }, indices) => ({ image: image!.map((x, k) => x + indices[Math.floor(k / 3)]!) }),
      onBatch: (batch) => void seen.push(batch),
    });
    const [batch] = seen;
    const { image } = await linearSource(3).read([0, 1, 2]);
    expect(batch!.clean).toEqual({ image });
    batch!.seen["image"]!.forEach((x, k) => {
      expect(x).toBeCloseTo(image![k]! + Math.floor(k / 3), 6);
      expect(batch!.result.predictions["e"]![k]! + batch!.result.errors["e"]![k]!).toBeCloseTo(x, 10);
    });
  });

  test("gives masked nodes their masks", async () => {
    const session = await newSession();
    const masks = ({ image }: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> => ({
      x: new Float32Array(image!.length).fill(1),
    });
    const result = await evaluate(session, { source: linearSource(6), batch: 4, modes: { x: "masked" }, masks });
    expect(result.samples).toBe(6);
  });

  test("takes the first samples only, if limited, and never more than there are", async () => {
    const session = await newSession();
    expect((await evaluate(session, { source: linearSource(10), limit: 3 })).samples).toBe(3);
    expect((await evaluate(session, { source: linearSource(10), limit: 30 })).samples).toBe(10);
    await expect(evaluate(session, { source: linearSource(10), limit: 0 })).rejects.toThrow("session/bad-option");
  });

  test("leaves diverged samples out of the mean and names them", async () => {
    const source = linearSource(10);
    const huge = {
      ...source,
      read: async (indices: readonly number[]) => {
        const { image } = await source.read(indices);
        return { image: image!.map((x, k) => (indices[Math.floor(k / 3)] === 6 ? 3e38 : x)) };
      },
    };
    // 1e116 · 3e38 squared leaves the range of doubles; the others stay inside it.
    const session = await newSession({ settleRate: 1e116, steps: 1 });
    const { discrepancy, diverged } = await evaluate(session, { source: huge, batch: 4 });
    const well = await session.settle(await linearBatch(10));
    const others = [...well.discrepancies["e"]!].filter((_, i) => i !== 6);
    expect(diverged).toEqual([{ sample: 6, step: 1 }]);
    expect(discrepancy.total / (others.reduce((sum, d) => sum + d, 0) / 9)).toBeCloseTo(1, 12);
  });

  test("stops when told to", async () => {
    const controller = new AbortController();
    const run = evaluate(await newSession(), {
      source: linearSource(10),
      batch: 4,
      signal: controller.signal,
      onBatch: () => controller.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
  });
});
