/** Circuits that ask for λmax to be acted upon: a bound, or a rate that follows. */
import type { CircuitSpec } from "@settle/spec";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { linear, leaky, bounded, whole, newSession, estimatesOf } from "./stable-circuits.ts";

describe("a bound on λmax", () => {
  test("holds during a training that goes beyond it otherwise", async () => {
    const without = (await estimatesOf(leaky)).map(({ estimate }) => estimate.lambdaMax);
    const within = await estimatesOf(bounded);
    const settled = within.slice(100).map(({ estimate }) => estimate.lambdaMax);
    expect(without.at(-1)).toBeGreaterThan(5.5);
    expect(Math.max(...settled)).toBeLessThan(4.4);
    expect(within.some(({ shrunk }) => shrunk !== undefined)).toBe(true);
  });

  test("multiplies weights by up to √(bound/λmax), those most that grow fastest, and no bias", async () => {
    const biased = (circuit: CircuitSpec): CircuitSpec => ({
      ...circuit,
      errors: { ex: { target: "x", bias: true }, ea: { target: "a" } },
    });
    const tight: CircuitSpec = {
      ...biased(leaky),
      learn: { ...leaky.learn, constraint: { kind: "stable", bound: 0.5 } },
    };
    const [free, held] = [await newSession(biased(leaky)), await newSession(tight)];
    await free.learn(whole);
    const learned = await held.learn(whole);
    if (learned.kind !== "learned") throw new Error("diverged");
    const full = (0.5 / learned.stability!.lambdaMax) ** 0.5;
    const { a, b } = learned.shrunk as { readonly a: number; readonly b: number };
    expect(Math.min(a, b)).toBeCloseTo(full, 12);
    expect(Math.max(a, b)).toBeGreaterThan(full);
    expect(Math.max(a, b)).toBeLessThan(1);
    const factors: Readonly<Record<string, number>> = { W: a, V: b, "error:V": b };
    const [expected, got] = [await free.parameters.export(), await held.parameters.export()];
    for (const [id, { data }] of expected) {
      const by = factors[id] ?? 1;
      data.forEach((value: number, k: number) => expect(got.get(id)!.data[k]).toBeCloseTo(by * value, 12));
    }
  });

  test("shrinks a lateral synapse by the square of what predicting weights shrink by, so that λmax is the bound", async () => {
    // −∂d/∂a = W·Wᵀ − V, so that W·f and V·f² have λmax·f².
    const lateral: CircuitSpec = {
      ...linear,
      states: { x: { shape: [6], observed: { data: "image" } }, a: { shape: [4] } },
      errors: { ex: { target: "x" } },
      synapses: { W: { from: "a", to: "ex", kind: "dense" } },
      laterals: { L: { from: "a", kind: "dense", follows: "anti-hebbian" } },
      learn: { rule: "sgd", rate: 1e-12, constraint: { kind: "stable", bound: 4, every: 1 } },
    };
    const session = await newSession(lateral);
    const begun = await session.parameters.export();
    // Every unit inhibits the others by 2: −V has the eigenvalue 6.
    const inhibition = Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 0 : -2));
    await session.parameters.import(new Map([...begun, ["L", { ...begun.get("L")!, data: inhibition }]]));
    const before = await session.parameters.export();
    const learned = await session.learn(whole);
    if (learned.kind !== "learned") throw new Error("diverged");
    const factor = learned.shrunk?.["a"] ?? 1;
    const after = await session.parameters.export();
    for (const [id, by] of [
      ["W", factor],
      ["L", factor ** 2],
    ] as const) {
      const expected = before.get(id)!.data;
      after.get(id)!.data.forEach((value: number, k: number) => expect(value).toBeCloseTo(by * expected[k]!, 9));
    }
    const matrix = (tensors: typeof after): Matrix => {
      const [W, L] = ["W", "L"].map((id) => {
        const { shape, data } = tensors.get(id)!;
        return Matrix.from1DArray(shape[0]!, shape[1]!, Array.from(data));
      }) as [Matrix, Matrix];
      return W.mmul(W.transpose()).sub(L.transpose());
    };
    const largest = (tensors: typeof after): number =>
      Math.max(...new EigenvalueDecomposition(matrix(tensors)).realEigenvalues);
    expect(largest(before)).toBeGreaterThan(6);
    expect(largest(after)).toBeCloseTo(4, 3);
  });

  test("is checked at its own updates only", async () => {
    const events = await estimatesOf(bounded, { stabilityEvery: 0 });
    expect(events.map(({ updates }) => updates)).toEqual(Array.from({ length: 120 }, (_, k) => 2 * k + 1));
  });
});

describe("a rate that follows λmax", () => {
  const auto: CircuitSpec = { ...leaky, settle: { steps: 20, rate: { auto: 0.5 } } };

  test("is the margin times the limit, and settles with it", async () => {
    const session = await newSession(auto);
    const learned = await session.learn(whole);
    if (learned.kind !== "learned") throw new Error("diverged");
    const { lambdaMax, rate } = learned.stability!;
    expect(rate).toBeCloseTo(0.1, 6);
    const tensors = await session.parameters.export();
    expect(tensors.get("settle/rate")!.data[0]).toBeCloseTo((0.5 * 2) / lambdaMax, 12);

    const fixed = await newSession({ ...leaky, settle: { steps: 20, rate: (0.5 * 2) / lambdaMax } });
    const { "settle/rate": _, ...weights } = Object.fromEntries(tensors);
    await fixed.parameters.import(new Map(Object.entries(weights)));
    const [following, expected] = [await session.settle(whole), await fixed.settle(whole)];
    expect(following.discrepancy.total).toBeCloseTo(expected.discrepancy.total, 9);
  });

  test("keeps β·λmax at twice the margin while λmax grows", async () => {
    const events = await estimatesOf(auto);
    const late = events.filter(({ updates }) => updates > 30).map(({ estimate }) => estimate.growth);
    for (const growth of late) expect(Math.abs(growth - 1)).toBeLessThan(0.25);
    expect(events.at(-1)!.estimate.rate).toBeLessThan(events.at(20)!.estimate.rate);
  });
});
