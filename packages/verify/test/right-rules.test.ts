/** Right rules that rounding and kinks could make look wrong. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { CircuitSpec } from "@settle/spec";
import { type Verification, verifyCircuit } from "@settle/verify";
import { expect, it } from "vitest";

function verified(circuit: CircuitSpec, seed: number): Promise<Verification> {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed });
}

it("takes the numbers that a circuit names as they are: where errors cancel, those of float32 would look like a wrong rule", async () => {
  // Found among random circuits: over all positions, the errors that this bias learns from nearly cancel.
  const sigma = Array.from({ length: 15 }, (_, k) => 0.7 + 0.2 * (k % 7));
  const circuit: CircuitSpec = {
    version: 1,
    name: "cancelling",
    defaults: { state: { activation: "tanh", derivative: true }, synapse: { kind: "dense" } },
    states: {
      s0: { shape: [3], observed: { data: "image" } },
      s1: { shape: [5, 3, 1] },
      s2: { shape: [4, 4, 2], activation: "sigmoid" },
      s3: { shape: [3] },
    },
    errors: {
      e0: { target: "s0", output: "tanh" },
      e1: { target: "s1", output: "tanh", bias: true, precision: { kind: "diagonal", sigma, apply: "weigh" } },
    },
    synapses: {
      "w1-0": { from: "s1", to: "e0" },
      "w2-1": { from: "s2", to: "e1", coefficient: -1.5, mask: { kind: "random", density: 0.6, seed: 7 } },
      "w3-0": { from: "s3", to: "e0" },
      "w0-0": { from: "s0", to: "e0" },
    },
  };
  const found = await verified(circuit, 624);
  expect(found.learning.find(({ id }) => id === "bias:e1")?.check).toMatchObject({ ok: true });
});

it("is not taken in by a max pool whose maximum changes place within a step", async () => {
  // Found among random circuits: two entries of a window are apart by less than the first step moves them.
  const circuit: CircuitSpec = {
    version: 1,
    name: "close",
    states: {
      s0: { shape: [3], activation: "tanh", derivative: true, observed: { data: "image" } },
      s1: { shape: [3, 2, 2], activation: "softplus", derivative: true },
    },
    errors: { e0: { target: "s0" } },
    synapses: {
      "w1-0": {
        kind: "block",
        credit: "backprop",
        stages: [
          {
            kind: "dense",
            shape: [3, 4, 2],
            pool: { kind: "max", size: [2, 3], stride: 1 },
            activation: "softplus",
            upsample: 2,
            mask: { kind: "random", density: 0.6 },
          },
          { kind: "dense" },
        ],
        skip: "none",
        from: "s1",
        to: "e0",
      },
    },
  };
  const found = await verified(circuit, 475);
  expect(found.learning.find(({ id }) => id === "w1-0/0")?.check).toMatchObject({ ok: true });
});
