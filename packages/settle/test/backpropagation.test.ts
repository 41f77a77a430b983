/** Training by backpropagation through the settle, against finite differences, a closed form and other engines. */
import { randomStream } from "@settle/runtime";
import { backpropagationOf, type CircuitSpec, createSession, type Session } from "@settle/settle";
import { describe, expect, it } from "vitest";

const images: CircuitSpec = {
  version: 1,
  name: "images",
  states: {
    x: { shape: [4, 4, 2], observed: { data: "image" } },
    z1: { shape: [2, 2, 3], activation: "tanh" },
    z2: { shape: [1, 1, 2], activation: "sigmoid", prior: { kind: "gaussian" } },
  },
  errors: { e0: { target: "x", bias: true }, e1: { target: "z1", bias: true } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2, initial: { kind: "normal", std: 0.3 } },
    W2: { from: "z2", to: "e1", kind: "deconv2d", kernel: 3, stride: 2, initial: { kind: "normal", std: 0.3 } },
  },
  settle: { steps: 6, rate: 0.2, leak: 0.01 },
  learn: { rule: "sgd", rate: 1, batch: 3 },
};

const labels: CircuitSpec = {
  version: 1,
  name: "labels",
  states: {
    x: { shape: [5], observed: { data: "image" } },
    h: { shape: [4], activation: "tanh" },
    y: { shape: [3], observed: { data: "label" } },
  },
  errors: { e1: { target: "h", bias: true }, ey: { target: "y", bias: true } },
  synapses: {
    W1: { from: "x", to: "e1", kind: "dense", initial: { kind: "normal", std: 0.5 } },
    W2: { from: "h", to: "ey", kind: "dense", initial: { kind: "normal", std: 0.5 } },
  },
  settle: { steps: 4, rate: 0.2 },
  learn: { rule: "sgd", rate: 1, batch: 3 },
};

const count = 3;
const numbers = (size: number, stream: string): Float32Array => {
  const { uniform } = randomStream({ seed: 3, stream });
  return Float32Array.from({ length: size }, () => uniform() - 0.5);
};
const batchOf = (size: number, classes = 0) => ({
  count,
  fields: { image: numbers(count * size, "test/images"), ...(classes > 0 && { label: oneHot(classes) }) },
});
const oneHot = (classes: number): Float32Array =>
  Float32Array.from({ length: count * classes }, (_, i) => Number(i % classes === Math.floor(i / classes) % classes));

const open = (circuit: CircuitSpec, engine = "reference"): Promise<Session> =>
  createSession(circuit, { engine, learning: "backpropagation" });

/** −gradient of the mean loss, by parameter: what one update by plain descent with rate 1 adds. */
async function updateOf(session: Session, batch: ReturnType<typeof batchOf>): Promise<Map<string, Float64Array>> {
  const before = await session.parameters.export();
  const learned = await session.learn(batch);
  expect(learned.kind).toBe("learned");
  const after = await session.parameters.export();
  await session.parameters.import(before);
  return new Map(
    [...after].flatMap(([id, { role, data }]) =>
      role === "parameter" ? [[id, Float64Array.from(data, (value, i) => value - before.get(id)!.data[i]!)]] : [],
    ),
  );
}

/** Central differences of the mean loss by some entries of a parameter. */
async function differences(
  session: Session,
  parameter: string,
  loss: () => Promise<number>,
): Promise<readonly (readonly [entry: number, slope: number])[]> {
  const tensors = await session.parameters.export();
  const { data } = tensors.get(parameter)!;
  const step = 1e-4;
  const at = async (entry: number, value: number): Promise<number> => {
    const changed = Float64Array.from(data);
    changed[entry]! += value;
    await session.parameters.import(new Map(tensors).set(parameter, { ...tensors.get(parameter)!, data: changed }));
    return loss();
  };
  const slopes: [number, number][] = [];
  for (let entry = 0; entry < data.length; entry += Math.ceil(data.length / 4)) {
    slopes.push([entry, ((await at(entry, step)) - (await at(entry, -step))) / (2 * step)]);
  }
  await session.parameters.import(tensors);
  return slopes;
}

async function expectDifferences(session: Session, size: number): Promise<void> {
  const batch = batchOf(size);
  const loss = async (): Promise<number> => {
    const { discrepancies } = await session.settle(batch);
    return [...discrepancies["e0"]!].reduce((sum, each) => sum + each, 0) / count;
  };
  const update = await updateOf(session, batch);
  for (const parameter of update.keys()) {
    for (const [entry, slope] of await differences(session, parameter, loss)) {
      expect([parameter, entry, -update.get(parameter)![entry]!]).toEqual([parameter, entry, expect.closeTo(slope, 6)]);
    }
  }
  await session.dispose();
}

const circuits: readonly (readonly [string, Partial<CircuitSpec>])[] = [
  ["a hierarchy of convolutions", {}],
  ["momentum", { settle: { steps: 6, rate: 0.1, integrator: { kind: "momentum", factor: 0.5 } } }],
  ["Runge and Kutta's steps", { settle: { steps: 3, rate: 0.2, integrator: "rk4" } }],
  ["states that start by their own law", { settle: { steps: 3, rate: 0.2, start: "initial" } }],
  ["lateral synapses", { laterals: { V: { from: "z1", kind: "groups", size: 3, excite: 0.1, inhibit: 0.2 } } }],
  ["no settling at all", { settle: { steps: 0, rate: 0.1 } }],
];

describe("the update by backpropagation", () => {
  it.each(circuits)("is the slope of the loss, as finite differences see it: %s", async (_, changes) => {
    await expectDifferences(await open({ ...images, ...changes }), 32);
  });

  it("of a circuit that predicts labels is that of a perceptron, whose hidden layer its states start and stay at", async () => {
    const session = await open(labels);
    const batch = batchOf(5, 3);
    const update = await updateOf(session, batch);
    const tensors = await session.parameters.export();
    await session.dispose();
    const [w1, w2] = ["W1", "W2"].map((id) => tensors.get(id)!.data) as [Float64Array, Float64Array];
    const expected = { W1: new Float64Array(20), W2: new Float64Array(12) };
    // h = Wᵀ₁ x; δ = label − W₂ᵀ tanh(h); ΔW₂ = tanh(h) δᵀ; ΔW₁ = x (W₂ δ ⊙ (1 − tanh²(h)))ᵀ; biases are 0.
    for (let n = 0; n < count; n++) {
      const x = [...batch.fields.image.subarray(5 * n, 5 * n + 5)];
      const label = [...batch.fields.label!.subarray(3 * n, 3 * n + 3)];
      const active = [0, 1, 2, 3].map((j) => Math.tanh(x.reduce((sum, each, i) => sum + each * w1[4 * i + j]!, 0)));
      const error = label.map((each, k) => each - active.reduce((sum, a, j) => sum + a * w2[3 * j + k]!, 0));
      for (const [j, a] of active.entries()) {
        const back = error.reduce((sum, each, k) => sum + each * w2[3 * j + k]!, 0) * (1 - a * a);
        for (const [k, each] of error.entries()) expected.W2[3 * j + k]! += (a * each) / count;
        for (const [i, each] of x.entries()) expected.W1[4 * i + j]! += (each * back) / count;
      }
    }
    for (const id of ["W1", "W2"] as const) {
      for (const [i, value] of expected[id].entries()) expect(update.get(id)![i]).toBeCloseTo(value, 7);
    }
  });

  it("is the same on the wasm engine, and however the batch is split", async () => {
    const batch = batchOf(32);
    const reference = await open(images);
    const expected = await updateOf(reference, batch);
    await reference.dispose();
    for (const microBatch of [3, 2]) {
      const wasm = await createSession(images, { engine: "wasm", learning: "backpropagation", microBatch });
      for (const [id, values] of await updateOf(wasm, batch)) {
        for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected.get(id)![i]!, 5);
      }
      await wasm.dispose();
    }
  });

  it("lowers the loss where it is repeated", async () => {
    const session = await open({ ...images, learn: { rule: "adam", rate: 0.02, batch: 3 } });
    const batch = batchOf(32);
    const losses: number[] = [];
    for (let i = 0; i < 15; i++) {
      const learned = await session.learn(batch);
      if (learned.kind === "learned") losses.push(learned.discrepancy.errors["e0"]!);
    }
    await session.dispose();
    expect(losses).toHaveLength(15);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });
});

describe("a circuit that cannot be trained by backpropagation", () => {
  it.each<readonly [string, Partial<CircuitSpec>, RegExp]>([
    ["steps that adapt", { settle: { steps: 6, integrator: "adaptive", rate: 0.1 } }, /choose their size/],
    ["a bound on λmax", { learn: { ...images.learn, constraint: { kind: "stable", bound: 10 } } }, /follow λmax/],
    [
      "error synapses that follow their twins",
      { synapses: { ...images.synapses, W2: { ...images.synapses["W2"], feedback: { kind: "separate" } } } as never },
      /follow what its weights learn/,
    ],
  ])("is refused with the reason: %s", (_, changes, reason) => {
    expect(() => backpropagationOf({ ...images, ...changes })).toThrow(reason);
  });
});
