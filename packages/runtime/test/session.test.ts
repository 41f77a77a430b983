import { describe, expect, test } from "vitest";
import { type DataBatch, sampleNormals, type SettleResult } from "../src/index.ts";
import { linearBatch } from "./fixtures/linear-data.ts";
import { setUp } from "./fixtures/linear-session.ts";

/** z* = x Wᵀ (W Wᵀ)⁻¹, where the settle of one sample comes to rest. */
function equilibrium(W: ArrayLike<number>, x: ArrayLike<number>): [number, number] {
  const row = (s: number): number[] => [0, 1, 2].map((o) => W[3 * s + o]!);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  const [a, b, c] = [dot(row(0), row(0)), dot(row(0), row(1)), dot(row(1), row(1))];
  const [p, q] = [dot(row(0), x), dot(row(1), x)];
  const determinant = a * c - b * b;
  return [(c * p - b * q) / determinant, (a * q - b * p) / determinant];
}

describe("settle", () => {
  test("brings a linear circuit to the equilibrium of its equations", async () => {
    const { session } = await setUp();
    const batch = await linearBatch(3);
    const { states, statuses } = await session.settle(batch, { steps: 3000, states: ["z"] });
    const W = (await session.parameters.export()).get("W")!.data;
    for (let i = 0; i < 3; i++) {
      const [a, b] = equilibrium(W, batch.fields["image"]!.subarray(3 * i, 3 * i + 3));
      expect(states["z"]![2 * i]).toBeCloseTo(a, 8);
      expect(states["z"]![2 * i + 1]).toBeCloseTo(b, 8);
    }
    expect(statuses).toEqual(Array.from({ length: 3 }, () => ({ kind: "max-steps", step: 3000 })));
  });

  test("returns predictions, errors and states asked for, and nothing else", async () => {
    const { session, engine } = await setUp();
    const batch = await linearBatch(2);
    const asked = await session.settle(batch, { predictions: "all", errors: ["e"] });
    const image = batch.fields["image"]!;
    expect(asked.states).toEqual({});
    for (let k = 0; k < 6; k++) {
      expect(asked.predictions["e"]![k]! + asked.errors["e"]![k]!).toBeCloseTo(image[k]!, 12);
    }
    const half = (i: number): number =>
      [0, 1, 2].reduce((sum, o) => sum + 0.5 * asked.errors["e"]![3 * i + o]! ** 2, 0);
    expect(asked.discrepancies["e"]![0]).toBeCloseTo(half(0), 12);
    expect(asked.discrepancy.total).toBeCloseTo((half(0) + half(1)) / 2, 12);
    expect(asked.discrepancy.errors).toEqual({ e: asked.discrepancy.total });

    await session.settle(batch);
    expect(engine.requests.at(-1)!.outputs).toEqual(["discrepancy:e"]);
  });

  test("takes the memory of a result that is given up, so that nobody sees its numbers change", async () => {
    const { session, engine } = await setUp();
    const batch = await linearBatch(2);
    const both = new Float32Array(16);
    const [kept, seen] = [new Float32Array(4).fill(1), new Float32Array(6).fill(2)];
    const memory = seen.buffer;
    await session.settle(batch, {
      errors: "all",
      states: "all",
      reuse: { predictions: { e: kept }, errors: { e: seen }, states: { z: both.subarray(0, 4) } },
    });
    // Not asked for, or with something else beside it.
    expect(kept).toEqual(new Float32Array(4).fill(1));
    expect(both.length).toBe(16);
    expect([seen.length, memory.byteLength]).toEqual([0, 0]);
    expect(engine.requests.at(-1)!.into).toEqual(new Map([["error-of:e", new Float32Array(6).fill(2)]]));
  });

  test("begins from the states of a result that is given up", async () => {
    const batch = await linearBatch(2);
    const settled = async (giveUp: boolean): Promise<SettleResult> => {
      const { session } = await setUp();
      const before = await session.settle(batch, { states: "all" });
      const states = { z: Float32Array.from(before.states["z"]!) };
      const reuse = giveUp && { reuse: { predictions: {}, errors: {}, states } };
      return session.settle(batch, { states: "all", from: states, ...reuse });
    };
    expect((await settled(true)).states).toEqual((await settled(false)).states);
  });

  test("leaves a result alone whose memory is of no use to a batch that is split", async () => {
    const { session } = await setUp({ microBatch: 1 });
    const errors = { e: new Float32Array(6) };
    await session.settle(await linearBatch(2), { errors: "all", reuse: { predictions: {}, errors, states: {} } });
    expect(errors.e.length).toBe(6);
  });

  test("is one run of the engine", async () => {
    const { session, engine } = await setUp({ steps: 60 });
    await session.settle(await linearBatch(2));
    expect(engine.requests.map(({ schedule }) => schedule)).toEqual([
      [{ phase: "start" }, { phase: "step", times: 60 }, { phase: "readout" }],
    ]);
  });

  test("gives a sample the same result in any batch, split or not", async () => {
    const whole = await setUp();
    const split = await setUp({ microBatch: 3 });
    const batch = await linearBatch(8);
    const wanted = { predictions: "all", states: "all" } as const;
    const together = await whole.session.settle(batch, wanted);
    expect(await split.session.settle(batch, wanted)).toEqual(together);
    expect(split.engine.requests.map((request) => request.batch)).toEqual([3, 3, 2]);
    const alone = await whole.session.settle(
      { count: 1, indices: [5], fields: { image: batch.fields["image"]!.slice(15, 18) } },
      wanted,
    );
    expect(alone.states["z"]).toEqual(together.states["z"]!.slice(10, 12));
  });

  test("splits a batch for which the engine has not enough memory, with the same results", async () => {
    const whole = await setUp();
    const small = await setUp({ largestBatch: 3 });
    const smaller = await setUp({ largestBatch: 3, microBatch: 2 });
    const batch = await linearBatch(8);
    const wanted = { predictions: "all", errors: "all", states: "all" } as const;
    const together = await whole.session.settle(batch, wanted);
    expect(await small.session.settle(batch, wanted)).toEqual(together);
    expect(small.engine.requests.map((request) => request.batch)).toEqual([3, 3, 2]);
    expect(await smaller.session.settle(batch, wanted)).toEqual(together);
    expect(smaller.engine.requests.map((request) => request.batch)).toEqual([2, 2, 2, 2]);
    await Promise.all([whole, small].map(({ session }) => session.learn(batch)));
    expect(await small.session.parameters.export()).toEqual(await whole.session.parameters.export());
  });

  test("starts from noise of the sample's index and epoch", async () => {
    const { session } = await setUp();
    const image = new Float32Array(6);
    const { states } = await session.settle(
      { count: 2, fields: { image }, indices: [11, 3], epoch: 2 },
      { steps: 0, states: ["z"] },
    );
    const noise = sampleNormals({ seed: 7, stream: "start/z", epoch: 2, samples: [11, 3] }, 2);
    expect([...states["z"]!]).toEqual([...noise].map((n) => 0.5 + 0.05 * n));
  });

  test("asked for a node that is not there names those that are", async () => {
    const { session } = await setUp();
    await expect(session.settle(await linearBatch(1), { states: ["y"] })).rejects.toMatchObject({
      diagnostic: { code: "session/unknown-node", help: expect.stringContaining("x, z") as unknown },
    });
  });

  test.each([-1, 1.5, Number.NaN])("refuses %d steps", async (steps) => {
    const { session } = await setUp();
    await expect(session.settle(await linearBatch(1), { steps })).rejects.toThrow("session/bad-option");
  });
});

describe("a trace", () => {
  test("follows the settle without changing it", async () => {
    const { session } = await setUp({ microBatch: 2 });
    const batch = await linearBatch(5);
    const wanted = { steps: 7, predictions: "all", errors: "all", states: "all" } as const;
    const plain = await session.settle(batch, wanted);
    const traced = await session.settle(batch, { ...wanted, trace: { every: 3, states: ["z"] } });
    expect({ ...traced, trace: [] }).toEqual(plain);
    expect(traced.trace.map(({ step }) => step)).toEqual([0, 3, 6, 7]);
    for (const { step, discrepancy, discrepancies, states } of traced.trace) {
      const then = await session.settle(batch, { steps: step, states: ["z"] });
      expect({ discrepancy, discrepancies, states }).toEqual({
        discrepancy: then.discrepancy,
        discrepancies: then.discrepancies,
        states: then.states,
      });
    }
  });

  test("of a settle without steps shows the start", async () => {
    const { session } = await setUp();
    const { trace } = await session.settle(await linearBatch(2), { steps: 0, trace: { every: 1 } });
    expect(trace.map(({ step }) => step)).toEqual([0]);
  });
});

describe("statuses", () => {
  test("come from the Program's monitor, sample by sample", async () => {
    const { session } = await setUp({ monitor: true, steps: 400 });
    const { statuses, discrepancies } = await session.settle(await linearBatch(6));
    expect(statuses.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => "settled"));
    expect(new Set(statuses.map(({ step }) => step)).size).toBeGreaterThan(1);
    // Frozen where it settled: stopping the whole settle there gives the same.
    const third = statuses[2]!.step;
    const stopped = await session.settle(await linearBatch(6), { steps: third });
    expect(stopped.discrepancies["e"]![2]).toBe(discrepancies["e"]![2]);
  });

  test("say which samples diverged and at which step, with a monitor or without", async () => {
    const huge = Float32Array.from([1, 1, 1, 3e38, 3e38, 3e38, 2, 2, 2]);
    const batch: DataBatch = { count: 3, fields: { image: huge }, indices: [40, 41, 42] };
    const watched = await setUp({ monitor: true, settleRate: 1e60 });
    const unwatched = await setUp({ settleRate: 1e60 });
    const [seen, found] = await Promise.all([watched.session.settle(batch), unwatched.session.settle(batch)]);
    expect(seen.diverged.map(({ sample }) => sample)).toEqual([40, 41, 42]);
    expect(found.diverged.map(({ sample }) => sample)).toEqual([40, 41, 42]);
    const { trace } = await unwatched.session.settle(batch, { trace: { every: 1 } });
    found.diverged.forEach(({ step }, i) => {
      expect(Number.isFinite(trace[step]!.discrepancies["e"]![i])).toBe(false);
      expect(Number.isFinite(trace[step - 1]!.discrepancies["e"]![i])).toBe(true);
      expect(step).toBeGreaterThan(0);
    });
  });
});

describe("mode sets", () => {
  test("are compiled and loaded when first used, once", async () => {
    const { session, engine, compiled } = await setUp();
    const batch = await linearBatch(2);
    expect(compiled).toEqual([{}]);
    await session.settle(batch, { modes: { x: "released" } });
    await session.settle(batch, { modes: { x: "released" } });
    await session.settle(batch, { modes: { x: "clamped" } });
    expect(compiled).toEqual([{}, { x: "released" }, { x: "clamped" }]);
    // Clamped is the default: that executable was there already.
    expect(engine.loaded).toHaveLength(2);
  });

  test("share the parameters that were learned last", async () => {
    const { session } = await setUp();
    const batch = await linearBatch(4);
    await session.settle(batch, { modes: { x: "released" } });
    await session.learn(batch);
    const clamped = await session.settle(batch, { states: ["z"] });
    expect(await session.settle(batch, { states: ["z"], modes: { x: "released" } })).toEqual(clamped);
  });

  test("may take turns learning", async () => {
    const mixed = await setUp();
    const plain = await setUp();
    const batch = await linearBatch(4);
    for (const x of ["clamped", "released", "clamped"] as const) {
      await mixed.session.learn(batch, { modes: { x } });
      await plain.session.learn(batch);
    }
    expect(await mixed.session.parameters.export()).toEqual(await plain.session.parameters.export());
  });

  test("that were not used for long give way, and lose nothing", async () => {
    const { session, engine } = await setUp({ executables: 1 });
    const roomy = await setUp();
    const batch = await linearBatch(4);
    for (const each of [session, roomy.session]) {
      await each.learn(batch);
      await each.settle(batch, { modes: { x: "released" } });
      await each.project(2);
      await each.learn(batch);
    }
    expect(engine.disposed.length).toBe(engine.loaded.length - 1);
    expect(await session.parameters.export()).toEqual(await roomy.session.parameters.export());
  });

  test("masked asks for a mask of the node's size", async () => {
    const { session } = await setUp();
    const batch = await linearBatch(2);
    const modes = { x: "masked" } as const;
    await expect(session.settle(batch, { modes })).rejects.toThrow("data/missing-mask");
    await expect(session.settle({ ...batch, masks: { x: new Float32Array(3) } }, { modes })).rejects.toThrow(
      "data/shape-mismatch",
    );
    const settled = await session.settle({ ...batch, masks: { x: new Float32Array(6).fill(1) } }, { modes });
    expect(settled.count).toBe(2);
  });
});

test("project starts every observed node free and takes no step", async () => {
  const { session, engine } = await setUp();
  const { predictions, states } = await session.project(3);
  const W = (await session.parameters.export()).get("W")!.data;
  const noise = sampleNormals({ seed: 7, stream: "start/z", samples: [0, 1, 2] }, 2);
  for (let i = 0; i < 3; i++) {
    for (let o = 0; o < 3; o++) {
      const z = (s: number): number => 0.5 + 0.05 * noise[2 * i + s]!;
      expect(predictions["e"]![3 * i + o]).toBeCloseTo(z(0) * W[o]! + z(1) * W[3 + o]!, 12);
    }
  }
  expect(states["x"]).toEqual(predictions["e"]);
  expect(engine.requests.at(-1)!.schedule.map(({ phase }) => phase)).toEqual(["start", "readout"]);
});

test("calls made at the same time are taken in turn", async () => {
  const { session } = await setUp({ onPhase: () => new Promise((resolve) => setImmediate(resolve)) });
  const quiet = await setUp();
  const batch = await linearBatch(3);
  await Promise.all([session.learn(batch), session.project(2), session.learn(batch), session.settle(batch)]);
  await quiet.session.learn(batch);
  await quiet.session.learn(batch);
  expect(await session.parameters.export()).toEqual(await quiet.session.parameters.export());
});

test("a session that was disposed of says so", async () => {
  const { session, engine } = await setUp();
  await session.dispose();
  expect(engine.disposed).toEqual(engine.loaded);
  await expect(session.settle(await linearBatch(1))).rejects.toThrow("session/disposed");
});
