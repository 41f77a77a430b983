import type { BufferId } from "@settle/program";
import type { CircuitSpec, IntegratorSpec } from "@settle/spec";
import { describe, expect, test } from "vitest";

import { benchOf, type Numbers } from "./circuit-bench.ts";

const smooth = (rate: number, steps: number, integrator: "euler" | "heun" | "rk4"): CircuitSpec => ({
  version: 1,
  name: "smooth",
  states: {
    x: { shape: [4], observed: { data: "image" } },
    z1: { shape: [5], activation: "tanh", derivative: true },
    z2: { shape: [3], activation: "tanh", derivative: true, prior: { kind: "cauchy", strength: 0.1 } },
  },
  errors: { e0: { target: "x", output: "sigmoid", bias: true }, e1: { target: "z1" } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "dense" },
    W2: { from: "z2", to: "e1", kind: "dense" },
    loop: { from: "z1", to: "e1", kind: "dense" },
  },
  settle: { steps, rate, leak: { rate: 0.02, scaled: true }, integrator },
});

/** Settles for the time `duration` in `steps` equal steps: with a scaled leak, the rate is the step size. */
async function settleFor(duration: number, steps: number, integrator: "euler" | "heun" | "rk4"): Promise<Numbers> {
  const bench = await benchOf(smooth(duration / steps, steps, integrator));
  return bench.settle(bench.states(1), 1, steps);
}

function distance(a: Numbers, b: Numbers): number {
  let largest = 0;
  for (const [id, values] of a)
    for (const [k, value] of values.entries()) largest = Math.max(largest, Math.abs(value - b.get(id)![k]!));
  return largest;
}

/** Settles with adaptive steps until all samples have come as far as `duration`, in tries. */
async function settleAdaptively(duration: number, integrator: IntegratorSpec, tries: number) {
  const spec = smooth(0.01, tries, "heun");
  const bench = await benchOf({ ...spec, settle: { ...spec.settle, integrator } });
  const states = bench.states(1);
  await bench.settle(states, 1, 0);
  const outputs = [...states.keys(), "settle/time" as BufferId];
  const inputs = new Map(states);
  const { executable } = bench;
  const results = await executable.run({ batch: 1, schedule: [{ phase: "step", times: tries }], inputs, outputs });
  const time = results.get("settle/time" as BufferId)![0]! * 0.01;
  return { time, duration, states: new Map([...states.keys()].map((id) => [id, Float64Array.from(results.get(id)!)])) };
}

describe("adaptive steps", () => {
  test("are of order 2 where every one is taken at the largest size", async () => {
    const errors: number[] = [];
    const exact = await settleFor(2, 512, "rk4");
    for (const steps of [16, 32]) {
      const size = 200 / steps;
      const { time, states } = await settleAdaptively(
        2,
        { kind: "adaptive", tolerance: 10, initial: size, largest: size },
        steps,
      );
      expect(time).toBeCloseTo(2, 10);
      errors.push(distance(states, exact));
    }
    expect(errors[0]).toBeGreaterThan(1e-10);
    expect(Math.log2(errors[0]! / errors[1]!)).toBeGreaterThan(1.75);
    expect(Math.log2(errors[0]! / errors[1]!)).toBeLessThan(2.25);
  });

  test("make an error in proportion to their tolerance, as order 2 with an estimate of order 1 does", async () => {
    const errors: number[] = [];
    for (const tolerance of [1e-3, 1e-4, 1e-5]) {
      const { time, states } = await settleAdaptively(
        2,
        { kind: "adaptive", tolerance },
        Math.ceil(0.6 / tolerance ** 0.5),
      );
      expect(time).toBeGreaterThan(1);
      errors.push(distance(states, await settleFor(time, 2048, "rk4")));
    }
    const [coarse, middle, fine] = errors as [number, number, number];
    for (const slope of [Math.log10(coarse / middle), Math.log10(middle / fine)]) {
      expect(slope).toBeGreaterThan(0.7);
      expect(slope).toBeLessThan(1.3);
    }
    expect(coarse).toBeLessThan(1e-2);
  });

  test("reach the equilibrium of a stiff linear circuit, where Euler steps of the same rate diverge", async () => {
    // d(z) = Wᵀ(x − Wz) for W = diag(√1000, 1): eigenvalues 1000 and 1, equilibrium z = W⁻¹x.
    const stiff = (integrator: IntegratorSpec, steps: number): CircuitSpec => ({
      version: 1,
      name: "stiff",
      states: { x: { shape: [2], observed: { data: "image" } }, z: { shape: [2] } },
      errors: { e: { target: "x" } },
      synapses: { W: { from: "z", to: "e", kind: "dense" } },
      settle: { steps, rate: 0.1, integrator },
    });
    const settle = async (integrator: IntegratorSpec, steps: number) => {
      const bench = await benchOf(stiff(integrator, steps));
      const { executable } = bench;
      await executable.write("W" as BufferId, Float64Array.of(Math.sqrt(1000), 0, 0, 1));
      const inputs = new Map([
        ["data:x" as BufferId, Float64Array.of(2, -3, 1, 1)],
        ["noise:z" as BufferId, new Float64Array(4)],
      ]);
      await executable.run({ batch: 2, schedule: [{ phase: "start" }], inputs });
      const schedule = [{ phase: "step" as const, times: steps }];
      const time = integrator.kind === "adaptive" ? ["settle/time" as BufferId] : [];
      const results = await executable.run({ batch: 2, schedule, outputs: ["z" as BufferId, ...time] });
      return { z: results.get("z" as BufferId)!, time: results.get("settle/time" as BufferId) };
    };
    const tolerance = 1e-3;
    const { z, time } = await settle({ kind: "adaptive", tolerance, initial: 5 }, 8000);
    const equilibrium = [2 / Math.sqrt(1000), -3, 1 / Math.sqrt(1000), 1];
    for (const [i, wanted] of equilibrium.entries()) {
      expect(Math.abs(z[i]! - wanted) / (1 + Math.abs(wanted))).toBeLessThan(2 * tolerance);
    }
    // Each sample has come as far as the slow eigenvalue needs, in steps of its own.
    for (const reached of time!) expect(reached).toBeGreaterThan(80);
    expect(time![0]).not.toBe(time![1]);
    expect((await settle({ kind: "euler" }, 300)).z.some((value) => !(Math.abs(value) < 1e6))).toBe(true);
  });
});

describe("the range in which a settle is stable", () => {
  /** One state of eigenvalue λ = 1: β is β·λmax. */
  const spec = (rate: number, integrator: IntegratorSpec): CircuitSpec => ({
    version: 1,
    name: "scalar",
    states: { x: { shape: [1], observed: { data: "image" } }, z: { shape: [1] } },
    errors: { e: { target: "x" } },
    synapses: { W: { from: "z", to: "e", kind: "dense" } },
    settle: { steps: 4000, rate, integrator },
  });

  test.each([
    [{ kind: "euler" }],
    [{ kind: "heun" }],
    [{ kind: "rk4" }],
    [{ kind: "momentum", factor: 0.8 }],
    [{ kind: "momentum", factor: 0.3 }],
    [{ kind: "momentum", factor: 0.8, nesterov: true }],
    [{ kind: "momentum", factor: 0.3, nesterov: true }],
  ] as const)("is what the Program of %j says: just below it settles, just above it diverges", async (integrator) => {
    const sizes: number[] = [];
    const { program } = await benchOf(spec(1, integrator));
    const { range } = program.stability!;
    for (const share of [0.99, 1.01]) {
      const { executable } = await benchOf(spec(range! * share, integrator));
      await executable.write("W" as BufferId, Float64Array.of(1));
      const inputs = new Map([
        ["data:x" as BufferId, Float64Array.of(0)],
        ["noise:z" as BufferId, Float64Array.of(1)],
      ]);
      const schedule = [{ phase: "start" as const }, { phase: "step" as const, times: 4000 }];
      const results = await executable.run({ batch: 1, schedule, inputs, outputs: ["z" as BufferId] });
      sizes.push(Math.abs(results.get("z" as BufferId)![0]!));
    }
    expect(sizes[0]).toBeLessThan(1e-3);
    expect(sizes[1]! < 1e3).toBe(false);
  });
});

test.each([
  ["euler", 1, 64],
  ["heun", 2, 16],
  ["rk4", 4, 24],
] as const)(
  "%s is of order %d: halving the step divides its error by 2 to that power",
  async (integrator, order, steps) => {
    const exact = await settleFor(2, 512, "rk4");
    const coarse = distance(await settleFor(2, steps, integrator), exact);
    const fine = distance(await settleFor(2, 2 * steps, integrator), exact);
    expect(coarse).toBeGreaterThan(1e-10);
    expect(Math.log2(coarse / fine)).toBeGreaterThan(order - 0.25);
    expect(Math.log2(coarse / fine)).toBeLessThan(order + 0.25);
  },
);
