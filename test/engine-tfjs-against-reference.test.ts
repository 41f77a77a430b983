/** Compiled circuits on the tfjs engines and on the oracle: the same start, settle, readout, sums and update. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { tfjsEngines } from "@settle/engine-tfjs";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import { type CircuitSpec, defineCircuit } from "@settle/spec";
import { describe, expect, it } from "vitest";

const activations = [
  "identity",
  "relu",
  "leaky-relu",
  "elu",
  "selu",
  "gelu",
  "softplus",
  "tanh",
  "sigmoid",
  "hard-tanh",
] as const;
const priors = ["none", "laplace", "gaussian", "cauchy", "exp"] as const;

const atMost = (over: "source" | "target") => ({ constraint: { kind: "max-norm", over, bound: 0.5 } }) as const;

/** Every activation and prior, with its derivative in use, on a map above a dense layer and beside a convolution. */
const byActivation = activations.map((activation, k) =>
  defineCircuit({
    version: 1,
    name: activation,
    states: {
      x: { shape: [7, 5, 2], observed: { data: "image" } },
      z1: {
        shape: [4, 3, 3],
        activation,
        derivative: true,
        prior: { kind: priors[k % priors.length]!, strength: 0.05 },
      },
      z2: { shape: [6], activation },
    },
    errors: {
      e0: { target: "x", output: k % 2 === 0 ? "sigmoid" : "identity", bias: true },
      e1: { target: "z1", bias: true, compares: k % 3 === 0 ? "activity" : "state" },
    },
    synapses: {
      W1: {
        from: "z1",
        to: "e0",
        kind: "deconv2d",
        kernel: [3, 2],
        stride: 2,
        feedback: k % 2 === 0 ? "tied" : "separate",
        learn: { constraint: { kind: "max-norm", over: "kernel", bound: 0.4 } },
      },
      W2: { from: "z2", to: "e1", kind: "dense", coefficient: 0.7, learn: atMost("source") },
      W3: { from: "z2", to: "e0", kind: "dense", learn: atMost("target") },
    },
    settle: { steps: 12, rate: 0.1, leak: { rate: 0.01, scaled: k % 2 === 0 } },
    learn: { rule: (["adam", "sgd", "normalized"] as const)[k % 3]!, rate: 0.05 },
  }),
);

const others: readonly CircuitSpec[] = [
  defineCircuit({
    version: 1,
    name: "stopping",
    states: { x: { shape: [4, 4, 1], observed: { data: "image" } }, z: { shape: [4, 4, 2], activation: "tanh" } },
    errors: { e: { target: "x", bias: true } },
    synapses: { W: { from: "z", to: "e", kind: "conv2d", kernel: 3, stride: 1 } },
    settle: { steps: 40, rate: 0.2, tolerance: 0.05, patience: 2 },
  }),
  defineCircuit({
    version: 1,
    name: "softmax",
    states: { y: { shape: [5], observed: { data: "label" } }, z: { shape: [6], activation: "tanh" } },
    errors: { e: { target: "y", output: "softmax", bias: true } },
    synapses: { W: { from: "z", to: "e", kind: "dense" } },
    settle: { steps: 10, rate: 0.1, integrator: "heun" },
  }),
];

/** Numbers between 0 and 1 that look like noise, the same everywhere. */
const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, k) => (Math.sin(12.9898 * (k + 1) * (seed + 1)) + 1) / 2);

const batch = 5;

async function results(engine: Engine, program: Program): Promise<ReadonlyMap<BufferId, NumberArray>> {
  const executable = await engine.load(program);
  const inputs = new Map<BufferId, NumberArray>();
  for (const [k, { id, role, type }] of program.buffers.entries()) {
    const values = numbers((type.batch ? batch : 1) * sizeOf(type.shape), k);
    if (role === "parameter")
      await executable.write(
        id,
        values.map((value) => 0.6 * (value - 0.5)),
      );
    if (type.batch && (role === "input" || role === "noise")) inputs.set(id, values);
  }
  const perSample = program.buffers.filter(({ role }) => role === "state" || role === "readout").map(({ id }) => id);
  const schedule = [
    { phase: "start" },
    { phase: "step", times: program.settle.steps },
    { phase: "readout" },
    { phase: "accumulate" },
  ] as const;
  const read = new Map(await executable.run({ batch, schedule, inputs, outputs: perSample }));
  for (const { id, role } of program.buffers) if (role === "accumulator") read.set(id, await executable.read(id));
  await executable.run({
    batch,
    schedule: [{ phase: "apply" }],
    inputs: new Map([[program.learn.countInput, Float32Array.of(batch)]]),
  });
  for (const { id, role } of program.buffers) {
    if (role === "parameter" || role === "moment") read.set(id, await executable.read(id));
  }
  await executable.dispose();
  return read;
}

describe.each(["tfjs:wasm", "tfjs:cpu"])("%s agrees with the reference engine", (name) => {
  const engine = tfjsEngines.find((each) => each.name === name)!;

  it.each([...byActivation, ...others].map((circuit) => [circuit.name, circuit] as const))(
    "on the circuit %s",
    async (_, circuit) => {
      const compiled = compile(circuit);
      if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
      const expected = await results(referenceEngine, compiled.program);
      const got = await results(engine, compiled.program);
      const errors = [...expected].map(([buffer, values]) => {
        // How much a discrepancy rose is a difference of two, so what it may be off by goes by their size.
        const scale = buffer === "monitor/rise" ? expected.get("monitor/discrepancy" as BufferId)! : values;
        const size = Float64Array.from(scale).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
        const off = Float64Array.from(values).reduce(
          (most, value, k) => Math.max(most, Math.abs(got.get(buffer)![k]! - value)),
          0,
        );
        return { buffer, error: off / size };
      });
      expect(errors.filter(({ error }) => !(error < 1e-4))).toEqual([]);
    },
  );
});
