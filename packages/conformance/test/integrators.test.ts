import type { CircuitSpec } from "@settle/spec";
import { expect, test } from "vitest";

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
