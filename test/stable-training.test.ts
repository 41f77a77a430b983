/** Trainings that watch λmax: interrupted, straying, diverging. */
import { referenceEngine } from "@settle/engine-reference";
import type { PhaseName } from "@settle/program";
import { createMemoryStore, type Engine, train, type TrainingEvent, type TrainingOptions } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { describe, expect, test } from "vitest";
import {
  linear,
  leaky,
  bounded,
  image,
  whole,
  options,
  newSession,
  type EstimateEvent,
  estimatesOf,
  scaled,
} from "./stable-circuits.ts";

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

    test("holds its weights back and settles the batch again, where the circuit without a bound diverges", async () => {
      expect((await train(await newSession(wild), { ...options, ...long })).kind).toBe("diverged");
      const events: EstimateEvent[] = [];
      const onEvent = (event: TrainingEvent): void => void (event.kind === "stability" && events.push(event));
      const session = await newSession(kept);
      expect((await train(session, { ...options, ...long, onEvent })).kind).toBe("done");
      const rescues = events.filter(({ restrained, updates }) => restrained !== undefined && updates > 0);
      expect(rescues.length).toBeGreaterThan(0);
      expect((await session.settle(whole)).diverged).toEqual([]);
    });

    test("learns from the batch as settled again, not as it strayed", async () => {
      // The same update made by a session that begins with the weights held back, and so never strays, ends at the same place.
      const descent = { rule: "sgd", rate: 0.01 } as const;
      const batch = { count: 4, fields: { image: image.slice(0, 24) } };
      const rescued = await newSession({ ...linear, settle: unstable, learn: { ...descent, constraint: rarely } });
      const large = scaled(await rescued.parameters.export(), () => 35);
      const rescueOnly = async (rate?: number): Promise<void> => {
        // Of the first update there is an estimate anyway.
        await rescued.parameters.import(large, 1);
        const learned = await rescued.learn(batch, rate === undefined ? {} : { rate });
        if (learned.kind !== "learned" || learned.restrained === undefined) throw new Error("was not rescued");
        expect(learned.restrained).toBeGreaterThan(0);
      };
      await rescueOnly(0);
      const heldBack = await rescued.parameters.export();
      await rescueOnly();

      const calm = await newSession({ ...linear, settle: unstable, learn: descent });
      await calm.parameters.import(heldBack);
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
