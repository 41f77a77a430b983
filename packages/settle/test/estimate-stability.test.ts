import { defineCircuit, estimateStability } from "@settle/settle";
import { describe, expect, test } from "vitest";

const circuit = defineCircuit({
  version: 1,
  name: "two-maps",
  states: {
    x: { shape: [4, 4, 1], observed: { data: "image" } },
    y: { shape: [3], observed: { data: "label" } },
    z: { shape: [5], activation: "tanh" },
  },
  errors: { ex: { target: "x" }, ey: { target: "y", output: "softmax" } },
  synapses: { V: { from: "z", to: "ey", kind: "dense" }, W: { from: "z", to: "ex", kind: "dense" } },
  settle: { steps: 20, rate: 0.2 },
});

describe("the stability of a circuit that has learned nothing", () => {
  test("is estimated on data of every observed node, the same each time", async () => {
    const estimate = await estimateStability(circuit, { engine: "reference" });
    expect(estimate.lambdaMax).toBeGreaterThan(0);
    expect(estimate.lambdaMax).toBeLessThan(10);
    expect(estimate).toMatchObject({ rate: 0.2, limit: 10 });
    expect(await estimateStability(circuit, { engine: "reference" })).toEqual(estimate);
  });

  test("grows with the square of the weights where a state only predicts", async () => {
    const one = { ...circuit, defaults: { synapse: { initial: { kind: "normal", std: 0.1 } } } } as const;
    const ten = { ...circuit, defaults: { synapse: { initial: { kind: "normal", std: 0.3 } } } } as const;
    const linear = { x: { shape: [4, 4, 1], observed: { data: "image" } }, z: { shape: [5] } } as const;
    const parts = {
      states: linear,
      errors: { ex: { target: "x" } },
      synapses: { W: { from: "z", to: "ex", kind: "dense" } },
    } as const;
    const small = await estimateStability({ ...one, ...parts }, { engine: "reference" });
    const large = await estimateStability({ ...ten, ...parts }, { engine: "reference" });
    expect(large.lambdaMax / small.lambdaMax).toBeCloseTo(9, 5);
  });

  test("cannot be told where the circuit diverges", async () => {
    const cubic = { shape: [5], activation: { kind: "custom", expression: "x*x*x" } } as const;
    const wild = { ...circuit, states: { ...circuit.states, z: cubic }, settle: { steps: 300, rate: 500 } };
    await expect(estimateStability(wild, { engine: "reference" })).rejects.toThrow("run/diverged");
  });
});
