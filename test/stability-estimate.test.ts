/** Estimates of λmax through a session. */
import { referenceEngine } from "@settle/engine-reference";
import { EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { linear, leaky, image, whole, newSession, denseMatrix } from "./stable-circuits.ts";

describe("a session's estimate", () => {
  test("is the largest eigenvalue of the circuit's matrix", async () => {
    const session = await newSession(linear);
    await session.settle(whole);
    const expected = Math.max(...new EigenvalueDecomposition(await denseMatrix(session)).realEigenvalues);
    let estimate = await session.stability({ turns: 200 });
    for (let again = 0; again < 20; again++) estimate = await session.stability();
    expect(estimate.lambdaMax).toBeCloseTo(expected, 6);
    expect(estimate.growth).toBeCloseTo(0.1 * expected, 6);
    expect(estimate).toMatchObject({ rate: 0.1, limit: 20 });
  });

  test("stops after a few turns, and goes on from there for the same states", async () => {
    const session = await newSession(leaky);
    await session.settle(whole);
    const first = await session.stability();
    const second = await session.stability();
    expect(first.turns).toBeLessThanOrEqual(30);
    expect(second.turns).toBe(5);
    expect(second.lambdaMax).toBeGreaterThanOrEqual(first.lambdaMax * (1 - 1e-9));
    await session.settle(whole);
    expect(await session.stability()).toEqual(first);
  });

  test("is of the last part of a batch that was split", async () => {
    const split = await newSession(leaky, referenceEngine, 8);
    await split.settle(whole);
    const rest = await newSession(leaky);
    await rest.settle({ count: 4, indices: [8, 9, 10, 11], fields: { image: image.subarray(48) } });
    expect(await split.stability()).toEqual(await rest.stability());
  });

  test("needs settled states", async () => {
    const session = await newSession(linear);
    await expect(session.stability()).rejects.toThrow("session/nothing-settled");
  });

  test.each([0, -1, 2.5])("refuses %d turns", async (turns) => {
    const session = await newSession(linear);
    await session.settle(whole);
    await expect(session.stability({ turns })).rejects.toThrow("session/bad-option");
  });
});
