/** Trainings that go wrong: what is told and what is kept. */
import { settleError } from "@settle/diagnostics";
import { describe, expect, test } from "vitest";
import { permutation, createMemoryStore, type RunStore, type SampleSource } from "../src/index.ts";
import type { FakeOptions } from "./fixtures/fake-engine.ts";
import { linearSource } from "./fixtures/linear-data.ts";
import { newSession, follow } from "./fixtures/linear-training.ts";

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
