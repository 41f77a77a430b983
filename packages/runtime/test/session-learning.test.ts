/** What a session learns, and the parameters it holds. */
import { describe, expect, test } from "vitest";
import { sampleNormals } from "../src/index.ts";
import { linearBatch } from "./fixtures/linear-data.ts";
import { setUp } from "./fixtures/linear-session.ts";

describe("learn", () => {
  test("lowers the discrepancy over updates and counts them", async () => {
    const { session } = await setUp();
    const batch = await linearBatch(8);
    const before = (await session.settle(batch)).discrepancy.total;
    for (let i = 0; i < 20; i++) expect((await session.learn(batch)).kind).toBe("learned");
    expect(session.updates).toBe(20);
    expect((await session.settle(batch)).discrepancy.total).toBeLessThan(before / 2);
  });

  test("is one settling run and one update, with rate and count", async () => {
    const { session, engine } = await setUp({ steps: 5 });
    await session.learn(await linearBatch(3), { rate: 0.25 });
    expect(engine.requests.map(({ schedule }) => schedule.map(({ phase }) => phase))).toEqual([
      ["start", "step", "readout", "accumulate"],
      ["apply"],
    ]);
    const inputs = engine.requests[1]!.inputs!;
    expect([...inputs].map(([id, values]) => [id, ...values])).toEqual([
      ["rate", 0.25],
      ["count", 3],
    ]);
  });

  test("makes one update of a batch that is too large for one run", async () => {
    const whole = await setUp();
    const split = await setUp({ microBatch: 3 });
    const batch = await linearBatch(8);
    for (let i = 0; i < 3; i++) {
      const together = await whole.session.learn(batch);
      expect(await split.session.learn(batch)).toMatchObject({
        kind: "learned",
        count: 8,
        statuses: together.kind === "learned" ? together.statuses : [],
      });
    }
    expect(split.engine.requests.filter(({ schedule }) => schedule[0]!.phase === "apply")).toHaveLength(3);
    expect(await split.session.parameters.export()).toEqual(await whole.session.parameters.export());
  });

  test("makes no update from a batch with a diverged sample, nor does the batch leak into the next", async () => {
    const zeros = new Float32Array(12);
    const oneHuge = zeros.slice().fill(3e38, 9);
    const indices = [90, 91, 92, 93];
    const [exploding, untouched] = await Promise.all(
      [1, 2].map(() => setUp({ microBatch: 2, settleRate: 1e100, steps: 4 })),
    );
    const before = await exploding!.session.parameters.export();
    const refused = await exploding!.session.learn({ count: 4, indices, fields: { image: oneHuge } });
    expect(refused).toMatchObject({ kind: "diverged" });
    expect(exploding!.session.updates).toBe(0);
    expect(await exploding!.session.parameters.export()).toEqual(before);

    const single = { steps: 0, rate: 1 };
    const next = { count: 4, indices, fields: { image: zeros } };
    await exploding!.session.learn(next, single);
    await untouched!.session.learn(next, single);
    expect(await exploding!.session.parameters.export()).toEqual(await untouched!.session.parameters.export());
  });

  test("leaves the parameters as they were when it is abandoned", async () => {
    const controller = new AbortController();
    let steps = 0;
    const { session, engine } = await setUp({
      onPhase: (phase) => {
        if (phase === "step" && ++steps === 3) controller.abort(new Error("enough"));
      },
    });
    const before = await session.parameters.export();
    await expect(session.learn(await linearBatch(2), { signal: controller.signal })).rejects.toThrow("enough");
    expect(await session.parameters.export()).toEqual(before);
    expect([...(await engine.loaded[0]!.read("sum:W" as never))]).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await session.learn(await linearBatch(2))).kind).toBe("learned");
  });

  test.each([Number.NaN, -1, Infinity])("refuses a rate of %d", async (rate) => {
    const { session } = await setUp();
    await expect(session.learn(await linearBatch(1), { rate })).rejects.toThrow("session/bad-option");
  });
});

describe("parameters", () => {
  test("start from their laws and the seed", async () => {
    const { session } = await setUp({ seed: 21 });
    const tensors = await session.parameters.export();
    const normals = sampleNormals({ seed: 21, stream: "init/W", samples: [0] }, 6);
    expect([...tensors.keys()]).toEqual(["W", "velocity:W"]);
    [...tensors.get("W")!.data].forEach((weight, k) => expect(weight).toBeCloseTo(0.5 * normals[k]!, 6));
    expect(tensors.get("velocity:W")).toMatchObject({ role: "moment", shape: [2, 3] });
  });

  test("exported and imported go on exactly where they were", async () => {
    const one = await setUp();
    const batch = await linearBatch(4);
    await one.session.learn(batch);
    const other = await setUp({ seed: 99 });
    await other.session.parameters.import(await one.session.parameters.export(), one.session.updates);
    expect(other.session.updates).toBe(1);
    await one.session.learn(batch);
    // Another seed draws other noise, so only the first steps of learning are compared through a third session.
    const third = await setUp();
    await third.session.parameters.import(await other.session.parameters.export(), 1);
    await third.session.learn(batch);
    expect(await third.session.parameters.export()).toEqual(await one.session.parameters.export());
  });

  test("exported are copies", async () => {
    const { session } = await setUp();
    const before = await session.parameters.export();
    (await session.parameters.export()).get("W")!.data.fill(0);
    expect(await session.parameters.export()).toEqual(before);
  });

  test("without moments are enough, and moments then start anew", async () => {
    const { session } = await setUp();
    const batch = await linearBatch(4);
    await session.learn(batch);
    const weights = (await session.parameters.export()).get("W")!;
    await session.parameters.import(new Map([["W", weights]]));
    const tensors = await session.parameters.export();
    expect(tensors.get("W")).toEqual(weights);
    expect([...tensors.get("velocity:W")!.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("that do not fit are refused by name, and nothing changes", async () => {
    const { session } = await setUp();
    const good = await session.parameters.export();
    const W = good.get("W")!;
    const cases: [string, Map<string, typeof W>][] = [
      ["checkpoint/unknown-tensor", new Map([...good, ["W9", W]])],
      ["checkpoint/missing-tensor", new Map([["velocity:W", good.get("velocity:W")!]])],
      ["checkpoint/shape-mismatch", new Map([["W", { ...W, shape: [3, 2] }]])],
      ["checkpoint/shape-mismatch", new Map([["W", { ...W, data: new Float32Array(5) }]])],
      ["checkpoint/not-finite", new Map([["W", { ...W, data: W.data.slice().fill(Number.NaN, 4) }]])],
    ];
    for (const [code, tensors] of cases) {
      await expect(session.parameters.import(tensors)).rejects.toMatchObject({ diagnostic: { code } });
    }
    expect(await session.parameters.export()).toEqual(good);
  });

  test("reset are the initial ones", async () => {
    const { session } = await setUp();
    const before = await session.parameters.export();
    await session.learn(await linearBatch(4));
    expect(await session.parameters.export()).not.toEqual(before);
    await session.parameters.reset();
    expect(await session.parameters.export()).toEqual(before);
    expect(session.updates).toBe(0);
  });
});
