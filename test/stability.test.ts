/**
 * The stability phase against eigenvalues computed another way (the matrix of the motion, by finite differences), and the
 * restrain phase against finite differences of the growth.
 */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Executable } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";

const dense = {
  version: 1,
  states: { x: { shape: [6], observed: { data: "image" } } },
  errors: { ex: { target: "x" } },
} as const;
const circuits: readonly CircuitSpec[] = [
  {
    ...dense,
    name: "tied, with the slope: a gradient, so J is symmetric",
    states: {
      ...dense.states,
      a: { shape: [5], activation: "tanh", derivative: true },
      b: { shape: [3], activation: "tanh", derivative: true },
    },
    errors: { ex: { target: "x", output: "sigmoid" }, ea: { target: "a", bias: true } },
    synapses: {
      W: { from: "a", to: "ex", kind: "dense" },
      V: { from: "b", to: "ea", kind: "dense" },
      S: { from: "b", to: "ex", kind: "dense", coefficient: 0.5 },
    },
  },
  {
    ...dense,
    name: "as Conv-NGC: leaky relu, no slope",
    states: {
      x: { shape: [6, 6, 1], observed: { data: "image" } },
      a: { shape: [3, 3, 2], activation: "leaky-relu", prior: { kind: "gaussian", strength: 0.1 } },
      b: { shape: [2, 2, 2], activation: "leaky-relu" },
    },
    errors: { ex: { target: "x" }, ea: { target: "a" } },
    synapses: {
      W: { from: "a", to: "ex", kind: "deconv2d", kernel: 3, stride: 2 },
      V: { from: "b", to: "ea", kind: "deconv2d", kernel: 3, stride: 2 },
    },
  },
  {
    ...dense,
    name: "softmax at the bottom",
    states: { ...dense.states, a: { shape: [4], activation: "softplus", derivative: true } },
    errors: { ex: { target: "x", output: "softmax" } },
    synapses: { W: { from: "a", to: "ex", kind: "dense" } },
  },
];

const maskOfV = Array.from({ length: 25 }, (_, k) => (k % 3 === 0 ? 0 : 1));

/** The same with a bound on λmax, and what else can learn in the motion of a state. */
const bounded = [
  ...circuits,
  {
    ...dense,
    name: "separate error weights, a lateral synapse, shared and masked weights",
    states: {
      ...dense.states,
      a: { shape: [5], activation: "tanh", derivative: true },
      b: { shape: [5], activation: "tanh" },
    },
    errors: { ex: { target: "x" }, ea: { target: "a" } },
    synapses: {
      W: { from: "a", to: "ex", kind: "dense", feedback: "separate" },
      V: { from: "b", to: "ea", kind: "dense", mask: { kind: "given", values: maskOfV } },
      S: { from: "b", to: "ex", kind: "dense", weights: "W" },
    },
    laterals: { L: { from: "a", kind: "dense", follows: "anti-hebbian" } },
  },
].map((circuit) => ({ ...circuit, learn: { constraint: { kind: "stable", bound: 1 } } })) as readonly CircuitSpec[];

describe.each(circuits)("$name", (spec) => {
  it("grows by the largest eigenvalue of the motion", async () => {
    const { program, executable, states } = await settled(spec);
    const matrix = await motionMatrix(program, executable, states);
    const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(new Matrix(matrix));
    const largest = Math.max(...realEigenvalues.map((re, i) => Math.hypot(re, imaginaryEigenvalues[i]!)));
    const { growth, directions } = program.stability!;
    const inputs = new Map(directions.map(({ buffer }, k) => [buffer, numbers(sizeIn(program, buffer), 50 + k)]));
    const schedule = [{ phase: "stability", times: 400 }] as const;
    const results = await executable.run({ batch: 1, schedule, inputs, outputs: [growth] });
    // Finite differences leave about seven digits.
    expect(Math.abs(results.get(growth)![0]! - largest) / largest).toBeLessThan(1e-5);
  });
});

it("a clamped and a masked part of a state do not move, so they have no direction", async () => {
  const compiled = compile(circuits[0]!, { modes: { x: "masked" } });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const { program } = compiled;
  const executable = await referenceEngine.load(program);
  const inputs = new Map<BufferId, Float64Array>();
  for (const { id, role, type } of program.buffers) {
    if (type.batch && role !== "readout") inputs.set(id, numbers(sizeOf(type.shape), 3));
  }
  const mask = Float64Array.from([1, 0, 1, 0, 0, 1]);
  inputs.set("mask:x" as BufferId, mask);
  const direction = "direction/x" as BufferId;
  const results = await executable.run({
    batch: 1,
    schedule: [{ phase: "start" }, { phase: "stability" }],
    inputs,
    outputs: [direction],
  });
  results.get(direction)!.forEach((value: number, i: number) => expect(value === 0).toBe(mask[i] === 1));
});

describe.each(bounded)("the gradient of $name", (spec) => {
  it("is that of the direction's growth by every weight that learns, summed over the chosen samples", async () => {
    const { program, executable, states } = await settled(spec, 3);
    const { directions } = program.stability!;
    const { chosen, weights } = program.learn.stable!;
    const inputs = new Map<BufferId, Float64Array>(states);
    for (const [k, { buffer }] of directions.entries())
      inputs.set(buffer, numbers(3 * sizeIn(program, buffer), 50 + k));
    const picked = [1, 0, 1];
    // v·J v of each sample, J v being the new direction times the growth.
    const growths = async (): Promise<number> => {
      const outputs = [program.stability!.growth, ...directions.map(({ buffer }) => buffer)];
      const got = await executable.run({ batch: 3, schedule: [{ phase: "stability" }], inputs, outputs });
      let sum = 0;
      for (const { buffer } of directions) {
        const size = sizeIn(program, buffer);
        got.get(buffer)!.forEach((image: number, k: number) => {
          const sample = Math.floor(k / size);
          sum += picked[sample]! * image * got.get(program.stability!.growth)![sample]! * inputs.get(buffer)![k]!;
        });
      }
      return sum;
    };
    const schedule = [{ phase: "restrain" }] as const;
    await executable.run({ batch: 3, schedule, inputs: new Map([...inputs, [chosen, Float64Array.from(picked)]]) });
    const learned = program.buffers.filter(({ id }) => program.buffers.some((each) => each.id === `sum/${id}`));
    const bound = new Set(weights.map(({ buffer }) => buffer));
    for (const { id } of learned) if (!id.startsWith("bias")) expect(bound).toContain(id);
    for (const { buffer, gradient } of weights) {
      const [before, got] = [(await executable.read(buffer)).slice(), (await executable.read(gradient)).slice()];
      let largest = 0;
      for (let k = 0; k < before.length; k++) {
        const ends: number[] = [];
        for (const side of [1, -1]) {
          const shifted = before.slice();
          shifted[k]! += side * 1e-6;
          await executable.write(buffer, shifted);
          ends.push(await growths());
        }
        const difference = (ends[0]! - ends[1]!) / 2e-6;
        const fixed = (buffer === "V" && spec.laterals && maskOfV[k] === 0) || (buffer === "L" && k % 6 === 0);
        expect(got[k]).toBeCloseTo(fixed ? 0 : difference, 6);
        largest = Math.max(largest, Math.abs(difference));
      }
      expect(largest).toBeGreaterThan(0.01);
      await executable.write(buffer, before);
    }
  });
});

/** A circuit with known parameters, settled for a few steps from known numbers. */
async function settled(spec: CircuitSpec, batch = 1) {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const { program } = compiled;
  const executable = await referenceEngine.load(program);
  const inputs = new Map<BufferId, Float64Array>();
  for (const [index, { id, role, type }] of program.buffers.entries()) {
    const values = id.startsWith("mask:") ? Float64Array.from(maskOfV) : numbers(sizeOf(type.shape), index);
    if (role === "parameter") await executable.write(id, values);
    if (type.batch && (role === "input" || role === "noise"))
      inputs.set(id, numbers(batch * sizeOf(type.shape), index));
  }
  const outputs = program.states.map(({ buffer }) => buffer);
  const schedule = [{ phase: "start" }, { phase: "step", times: 5 }] as const;
  const states = await executable.run({ batch, schedule, inputs, outputs });
  return { program, executable, states: new Map([...states].map(([id, values]) => [id, Float64Array.from(values)])) };
}

/** −∂(step)/∂z of the states that move, column by column. The circuits above have no leak: a step adds β d and no more. */
async function motionMatrix(program: Program, executable: Executable, states: ReadonlyMap<BufferId, Float64Array>) {
  const moving = program.states.filter(({ id }) => program.stability!.directions.some(({ state }) => state === id));
  const flat = (at: ReadonlyMap<BufferId, ArrayLike<number>>): number[] =>
    moving.flatMap(({ buffer }) => Array.from(at.get(buffer)!));
  const stepFrom = async (at: ReadonlyMap<BufferId, Float64Array>): Promise<number[]> =>
    flat(
      await executable.run({
        batch: 1,
        schedule: [{ phase: "step" }],
        inputs: at,
        outputs: moving.map(({ buffer }) => buffer),
      }),
    );
  const columns: number[][] = [];
  const h = 1e-6;
  for (const { buffer } of moving) {
    for (let i = 0; i < states.get(buffer)!.length; i++) {
      const ends: number[][] = [];
      for (const side of [1, -1]) {
        const shifted = new Map([...states].map(([id, values]) => [id, Float64Array.from(values)]));
        shifted.get(buffer)![i]! += side * h;
        const after = await stepFrom(shifted);
        ends.push(flat(shifted).map((before, k) => before - after[k]!));
      }
      columns.push(ends[0]!.map((value, k) => (value - ends[1]![k]!) / (2 * h)));
    }
  }
  // Put the states back where the growth is measured.
  await executable.run({ batch: 1, schedule: [], inputs: states });
  return columns[0]!.map((_, row) => columns.map((column) => column[row]!));
}

const sizeIn = (program: Program, buffer: BufferId): number =>
  sizeOf(program.buffers.find(({ id }) => id === buffer)!.type.shape);

/** Numbers between −1 and 1 that depend on `seed` and position only. */
function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(12.9898 * (k + 1) + 78.233 * (seed + 1)) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
}
