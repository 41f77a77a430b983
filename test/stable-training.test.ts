/** Estimates of λmax through a session, and circuits that ask for them to be acted upon. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { PhaseName } from "@settle/program";
import {
  arraySource,
  createMemoryStore,
  createSession,
  type DataBatch,
  type Engine,
  sampleUniforms,
  type Session,
  train,
  type TrainingEvent,
  type TrainingOptions,
} from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";

const linear: CircuitSpec = {
  version: 1,
  name: "linear",
  states: { x: { shape: [6], observed: { data: "image" } }, a: { shape: [4] }, b: { shape: [3] } },
  errors: { ex: { target: "x" }, ea: { target: "a" } },
  synapses: { V: { from: "b", to: "ea", kind: "dense" }, W: { from: "a", to: "ex", kind: "dense" } },
  settle: { steps: 20, rate: 0.1 },
};
const leaky: CircuitSpec = {
  ...linear,
  name: "leaky",
  states: {
    x: { shape: [6], observed: { data: "image" } },
    a: { shape: [4], activation: "leaky-relu" },
    b: { shape: [3], activation: "leaky-relu" },
  },
  synapses: {
    V: { from: "b", to: "ea", kind: "dense", feedback: "separate" },
    W: { from: "a", to: "ex", kind: "dense" },
  },
  learn: { rule: "adam", rate: 0.01 },
};
const bounded: CircuitSpec = {
  ...leaky,
  name: "bounded",
  learn: { rule: "adam", rate: 0.01, constraint: { kind: "stable", bound: 4, every: 2 } },
};

const count = 12;
const samples = Array.from({ length: count }, (_, i) => i);
const image = sampleUniforms({ seed: 1, stream: "images", samples }, 6).map((value) => 4 * value);
const source = arraySource("uniform numbers", { image: { shape: [6], data: image } });
const whole: DataBatch = { count, fields: { image } };
const options: TrainingOptions = { source, epochs: 80, batch: 4, stabilityEvery: 1 };

async function newSession(
  circuit: CircuitSpec,
  engine: Engine = referenceEngine,
  microBatch = Infinity,
): Promise<Session> {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const programFor = (modes?: Parameters<typeof compiled.lower>[0]) =>
    modes === undefined ? compiled.program : compiled.lower(modes);
  return createSession({ programFor, engine, seed: 3, microBatch });
}

type EstimateEvent = Extract<TrainingEvent, { kind: "stability" }>;

async function estimatesOf(
  circuit: CircuitSpec,
  more: Partial<TrainingOptions> = {},
): Promise<readonly EstimateEvent[]> {
  const events: EstimateEvent[] = [];
  const onEvent = (event: TrainingEvent): void => void (event.kind === "stability" && events.push(event));
  await train(await newSession(circuit), { ...options, ...more, onEvent });
  return events;
}

type Tensors = Awaited<ReturnType<Session["parameters"]["export"]>>;

/** Every tensor times a factor of its own. */
const scaled = (tensors: Tensors, factor: (id: string) => number): Tensors =>
  new Map([...tensors].map(([id, tensor]) => [id, { ...tensor, data: tensor.data.map((each) => each * factor(id)) }]));

/** −∂d/∂z of the linear circuit, written out from its weights. */
async function denseMatrix(session: Session): Promise<Matrix> {
  const tensors = await session.parameters.export();
  const [V, W] = ["V", "W"].map((id) => {
    const { shape, data } = tensors.get(id)!;
    return Matrix.from1DArray(shape[0]!, shape[1]!, Array.from(data));
  }) as [Matrix, Matrix];
  const matrix = Matrix.zeros(7, 7);
  matrix.setSubMatrix(Matrix.eye(4).add(W.mmul(W.transpose())), 0, 0);
  matrix.setSubMatrix(V.clone().neg(), 4, 0);
  matrix.setSubMatrix(V.transpose().neg(), 0, 4);
  matrix.setSubMatrix(V.mmul(V.transpose()), 4, 4);
  return matrix;
}

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

describe("training", () => {
  const both: CircuitSpec = { ...bounded, settle: { steps: 20, rate: { auto: 0.5 } } };

  test.each([1, 3, 4, 5, 9])("interrupted after update %i and resumed ends with the same bits", async (updates) => {
    const run = { ...options, epochs: 4, stabilityEvery: 10 };
    const undisturbed = await newSession(both);
    const all = createMemoryStore();
    await train(undisturbed, { ...run, store: all });

    const store = createMemoryStore();
    const controller = new AbortController();
    await train(await newSession(both), {
      ...run,
      store,
      signal: controller.signal,
      onEvent: (event) =>
        void (event.kind === "step" && event.updates === updates && controller.abort(new Error("Ctrl-C"))),
    });
    const session = await newSession(both);
    expect((await train(session, { ...run, store, resume: true })).kind).toBe("done");
    expect(await session.parameters.export()).toEqual(await undisturbed.parameters.export());
    const figures = (lines: typeof all.metrics) =>
      lines.map((line) => ("lambdaMax" in line ? line.lambdaMax : undefined));
    expect(figures(store.metrics)).toEqual(figures(all.metrics));
    expect(figures(all.metrics).filter((figure) => figure !== undefined).length).toBeGreaterThan(2);
  });

  test("spends less than 3 % of its turns and steps on stability", async () => {
    const taken = new Map<PhaseName, number>();
    const counting: Engine = {
      ...referenceEngine,
      load: async (program, load) => {
        const executable = await referenceEngine.load(program, load);
        return {
          program: executable.program,
          info: executable.info,
          write: (buffer, values) => executable.write(buffer, values),
          read: (buffer) => executable.read(buffer),
          dispose: () => executable.dispose(),
          run: (request) => {
            for (const { phase, times = 1 } of request.schedule) taken.set(phase, (taken.get(phase) ?? 0) + times);
            return executable.run(request);
          },
        };
      },
    };
    const { stabilityEvery: _, ...defaults } = options;
    const circuit = {
      ...leaky,
      settle: { steps: 60, rate: 0.05 },
      learn: { ...leaky.learn, constraint: { kind: "stable", bound: 4 } },
    } as const;
    await train(await newSession(circuit, counting), { ...defaults, epochs: 20 });
    expect(taken.get("step")).toBe(60 * 60);
    expect(taken.get("stability")! / taken.get("step")!).toBeLessThan(0.03);
    expect(taken.get("stability")).toBeGreaterThan(0);
  });

  describe("whose samples stray between two estimates", () => {
    // Estimated once, before the first update, and never again unless something goes wrong.
    const rarely = { kind: "stable", bound: 3.6, every: 100_000 } as const;
    const unstable = { steps: 100, rate: 0.5 };
    const wild: CircuitSpec = { ...leaky, settle: unstable, learn: { rule: "adam", rate: 0.03 } };
    const kept: CircuitSpec = { ...wild, learn: { ...wild.learn, constraint: rarely } };
    const long: Partial<TrainingOptions> = { epochs: 200, stabilityEvery: 100_000 };

    test("shrinks its weights and settles the batch again, where the circuit without a bound diverges", async () => {
      expect((await train(await newSession(wild), { ...options, ...long })).kind).toBe("diverged");
      const events: EstimateEvent[] = [];
      const onEvent = (event: TrainingEvent): void => void (event.kind === "stability" && events.push(event));
      const session = await newSession(kept);
      expect((await train(session, { ...options, ...long, onEvent })).kind).toBe("done");
      const rescues = events.filter(({ shrunk, updates }) => shrunk !== undefined && updates > 0);
      expect(rescues.length).toBeGreaterThan(0);
      expect((await session.settle(whole)).diverged).toEqual([]);
    });

    test("learns from the batch as settled again, not as it strayed", async () => {
      // The same update made by a session that begins with the shrunk weights, and so never strays, ends at the same place.
      const descent = { rule: "sgd", rate: 0.01 } as const;
      const batch = { count: 4, fields: { image: image.slice(0, 24) } };
      const rescued = await newSession({ ...linear, settle: unstable, learn: { ...descent, constraint: rarely } });
      const large = scaled(await rescued.parameters.export(), () => 35);
      // Of the first update there is an estimate anyway.
      await rescued.parameters.import(large, 1);
      const learned = await rescued.learn(batch);
      if (learned.kind !== "learned" || learned.shrunk === undefined) throw new Error("was not rescued");
      const { shrunk } = learned;
      expect(Math.max(...Object.values(shrunk))).toBeLessThan(1);

      const calm = await newSession({ ...linear, settle: unstable, learn: descent });
      await calm.parameters.import(scaled(large, (id) => shrunk[id.startsWith("W") ? "a" : "b"]!));
      await calm.learn(batch);
      const expected = await calm.parameters.export();
      for (const [id, { data }] of await rescued.parameters.export()) {
        // Tensors travel in float32.
        data.forEach((value, i) => expect(value).toBeCloseTo(expected.get(id)!.data[i]!, 6));
      }
    });
  });

  test("warns once when settling comes close to its limit, and again only when it has been well below", async () => {
    const events = await estimatesOf(
      { ...leaky, settle: { steps: 20, rate: 0.4 }, learn: { rule: "adam", rate: 0.03 } },
      { epochs: 80 },
    );
    const told = events.flatMap(({ diagnostic }) => (diagnostic === undefined ? [] : [diagnostic]));
    let near = false;
    let crossings = 0;
    for (const { estimate } of events) {
      if (!near && estimate.growth > 1.9) crossings += 1;
      near = estimate.growth > (near ? 1.7 : 1.9);
    }
    expect(crossings).toBeGreaterThan(0);
    expect(told).toHaveLength(crossings);
    expect(told[0]).toMatchObject({ code: "run/near-unstable", severity: "warning" });
    expect(told[0]!.message).toMatch(/λmax reached [45]\.\d+ in epoch \d+, update \d of 3/);
    expect(told[0]!.help).toContain('"bound": 4.5 ');
  });

  test("that diverges names λmax as the likely cause, with the figure", async () => {
    const wild: CircuitSpec = { ...leaky, settle: { steps: 100, rate: 0.5 }, learn: { rule: "sgd", rate: 0.1 } };
    const result = await train(await newSession(wild), { ...options, epochs: 200 });
    if (result.kind !== "diverged") throw new Error("did not diverge");
    const { lambdaMax } = result.stability!;
    expect(lambdaMax).toBeGreaterThan(3);
    expect(result.diagnostic.message).toContain(
      `The likely cause is λmax: λmax was ${Number(lambdaMax.toPrecision(3))}`,
    );
    expect(result.diagnostic.message).toContain("rate 0.5 is stable below 4");
  });
});
