/** Rules that are no gradients of the discrepancy are checked as well: right ones hold, wrong ones are found. */
import type { Equations, Term } from "@settle/compiler";
import type { CircuitSpec, LateralSpec, SynapseSpec } from "@settle/spec";
import { describe, expect, it } from "vitest";
import { compiled, verify, ruleOf, failing, formulasOf, changed, scaled, mapTerm } from "./changed-equations.ts";

describe("an LRA block", () => {
  type Block = Extract<SynapseSpec, { readonly kind: "block" }>;
  const block = (fields: Partial<Block> = {}): CircuitSpec => ({
    version: 1,
    name: "residual",
    states: {
      x: { shape: [6, 5, 2], observed: { data: "image" } },
      z: { shape: [3, 3, 4], activation: "tanh", derivative: true },
    },
    errors: { e: { target: "x", bias: true } },
    synapses: {
      R: {
        from: "z",
        to: "e",
        kind: "block",
        coefficient: 0.5,
        stages: [
          { kind: "deconv2d", kernel: [3, 2], stride: 2, channels: 4, groups: 2, activation: "relu", feedback: "tied" },
          { kind: "conv2d", kernel: 3, channels: 3, pool: { kind: "max", size: 3, stride: 2 }, activation: "tanh" },
          { kind: "dense", shape: [3, 5, 2], pool: { kind: "average", size: 2, stride: 1 }, upsample: [2, 1] },
        ],
        ...fields,
        feedback: "separate",
      },
    },
  });

  it.each([
    ["nearest bypass", {}],
    ["argmax bypass", { poolBypass: "argmax" }],
    ["a projection that sends its error back", { skip: { kind: "projection", feedback: true } }],
  ] as const)("comes back and learns as its formula says: %s", async (_, fields) => {
    const spec = block(fields);
    const found = await verify(
      fields === undefined || !("skip" in fields)
        ? spec
        : {
            ...spec,
            states: { ...spec.states, x: { shape: [6, 6, 2], observed: { data: "image" } } },
            ...withSix(spec),
          },
    );
    expect(failing(found)).toEqual([]);
    for (const id of ["z", "R/0", "R/1", "R/2"]) {
      expect(ruleOf(found, id).gradient).toBe(false);
      expect(formulasOf(found, id)).toEqual([true]);
    }
    expect(formulasOf(found, "error:R/1")).toEqual([true]);
  });

  const withSix = (spec: CircuitSpec): Pick<CircuitSpec, "synapses"> => {
    const { R } = spec.synapses as { readonly R: Block };
    const stages = R.stages!;
    const last = { ...stages[2]!, shape: [3, 6, 2] as const };
    return { synapses: { R: { ...R, stages: [...stages.slice(0, 2), last] } } };
  };

  it("is found out where a Δ takes what a stage makes for what it read", async () => {
    const found = await verify(block(), ({ deltas }) => ({
      deltas: changed(deltas, "R/0", (delta) =>
        mapTerm(delta, (t) => (t.kind === "correlate" ? { ...t, pre: scaled(t.pre, 1.001) } : t)),
      ),
    }));
    expect(failing(found)).toEqual(["R/0"]);
  });

  it("is found out where an error takes a slope that LRA passes by, in whatever lies behind", async () => {
    const found = await verify(block(), ({ credits }) => ({
      credits: changed(credits, "R/0", (credit): Term => ({
        kind: "times",
        a: credit,
        b: {
          kind: "stage-slope",
          stage: "R/0",
          of: { kind: "predict", stage: "R/0", of: { kind: "activity", state: "z" } },
        },
      })),
    }));
    expect(failing(found).toSorted()).toEqual(["R/0", "z"]);
  });

  it("is found out where a pool is passed by the places of maxima instead of by repetition", async () => {
    const right = compiled(block({ poolBypass: "argmax" })).equations;
    const found = await verify(block(), () => ({ credits: right.credits }));
    expect(failing(found).toSorted()).toEqual(["R/0", "R/1", "z"]);
  });

  it("is found out where an error goes back through the generative weights instead of its own", async () => {
    const found = await verify(block(), (equations) => ({
      corrections: changed(equations.corrections, "z", (term) =>
        mapTerm(term, (t) => (t.kind === "feedback" ? scaled(t, 1.01) : t)),
      ),
    }));
    expect(failing(found)).toEqual(["z"]);
  });
});

describe("lateral synapses", () => {
  const withLaterals = (
    laterals: Readonly<Record<string, LateralSpec>>,
    activation: "identity" | "tanh" = "tanh",
  ): CircuitSpec => ({
    version: 1,
    name: "laterals",
    states: {
      x: { shape: [4, 4, 2], observed: { data: "image" } },
      a: { shape: [4, 4, 2], activation, derivative: true },
      b: { shape: [4, 4, 2], activation, derivative: true },
      top: { shape: [3] },
    },
    errors: { e: { target: "x" }, ea: { target: "a" }, eb: { target: "b" } },
    synapses: {
      Wa: { from: "a", to: "e", kind: "conv2d", kernel: 3 },
      Wb: { from: "b", to: "e", kind: "conv2d", kernel: 3 },
      Wt: { from: "top", to: "ea", kind: "dense" },
      Wu: { from: "top", to: "eb", kind: "dense" },
    },
    laterals,
  });
  const symmetric = {
    kind: "matrix",
    from: "a",
    values: [
      [0.2, -0.1],
      [-0.1, 0],
    ],
  } as const;

  it("that are symmetric are a gradient where φ is the identity", async () => {
    const found = await verify(withLaterals({ V: symmetric, G: { kind: "groups", from: "b", size: 2 } }, "identity"));
    expect(ruleOf(found, "a")).toMatchObject({ gradient: true, departures: [], check: { ok: true } });
    expect(ruleOf(found, "b")).toMatchObject({ gradient: true, check: { ok: true } });
    expect(found.remarks.join("\n")).toContain("V is symmetric");
    expect(found.ok).toBe(true);
  });

  it("that are symmetric depart from a gradient by φ′ alone where φ is not", async () => {
    const found = await verify(withLaterals({ V: symmetric }));
    expect(ruleOf(found, "a").departures.map(({ kind }) => kind)).toEqual(["no-derivative"]);
    expect(ruleOf(found, "a").check?.ok).toBe(true);
    expect(ruleOf(found, "a").angle).toBeGreaterThan(0.01);
  });

  it("that lead back by the transpose are a gradient between two states", async () => {
    const values = [
      [0.2, -0.1],
      [0.3, 0.05],
    ] as const;
    const there = { kind: "matrix", from: "a", to: "b", values } as const;
    const back = {
      kind: "matrix",
      from: "b",
      to: "a",
      values: [
        [0.2, 0.3],
        [-0.1, 0.05],
      ],
    } as const;
    const found = await verify(withLaterals({ V: there, U: back }, "identity"));
    expect([ruleOf(found, "a"), ruleOf(found, "b")].map(({ gradient, check }) => [gradient, check?.ok])).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  it("that are not are said to be none, and checked by their sums", async () => {
    const found = await verify(
      withLaterals({
        V: {
          kind: "matrix",
          from: "a",
          values: [
            [0.2, -0.1],
            [0.1, 0],
          ],
        },
        U: { kind: "groups", from: "a", to: "b", size: 1 },
        C: { kind: "conv2d", from: "b", kernel: [3, 2], initial: { kind: "normal", std: 0.1 } },
        D: { kind: "dense", from: "b", initial: { kind: "normal", std: 0.1 } },
      }),
    );
    expect(ruleOf(found, "a").departures.map(({ message }) => message)).toEqual([
      expect.stringContaining("not symmetric"),
    ]);
    expect(ruleOf(found, "b").departures[2]!.message).toContain("none leads back from b to a");
    expect([...ruleOf(found, "a").formulas, ...ruleOf(found, "b").formulas].filter(({ ok }) => !ok)).toEqual([]);
    expect(formulasOf(found, "a")).toEqual([true]);
    expect(formulasOf(found, "b")).toEqual([true, true, true]);
    expect(found.ok).toBe(true);
  });

  const learned = (follows: "residual" | "anti-hebbian"): CircuitSpec =>
    withLaterals({
      V: { kind: "dense", from: "a", follows },
      C: { kind: "conv2d", from: "a", kernel: 3, follows },
      P: { kind: "dense", from: "a", to: "b", follows },
    });

  it.each(["residual", "anti-hebbian"] as const)("that learn by %s descend an energy of their own", async (follows) => {
    const found = await verify(learned(follows));
    for (const id of ["V", "C", "P"]) {
      expect(ruleOf(found, id)).toMatchObject({ gradient: false, check: { ok: true } });
      expect(ruleOf(found, id).descends).toContain(follows === "residual" ? "½‖e" : "p²Σ");
    }
    expect(failing(found)).toEqual([]);
  });

  it("are found out where they add with the wrong sign", async () => {
    const turned = (equations: Equations): Partial<Equations> => ({
      corrections: changed(equations.corrections, "a", (term) =>
        mapTerm(term, (t) => (t.kind === "lateral" ? scaled(t, -1) : t)),
      ),
    });
    expect(failing(await verify(withLaterals({ V: symmetric }, "identity"), turned))).toEqual(["a"]);
    const skew = {
      ...symmetric,
      values: [
        [0, 0.2],
        [-0.2, 0],
      ],
    };
    expect(failing(await verify(withLaterals({ V: skew }), turned))).toEqual(["a"]);
  });

  it("are found out where a residual forgets what others foretell, or the target of activity is left out", async () => {
    const forgetting = await verify(learned("residual"), ({ deltas }) => ({
      deltas: changed(deltas, "C", (delta) =>
        mapTerm(delta, (t) => (t.kind === "lateral" && t.lateral === "V" ? scaled(t, 0.9) : t)),
      ),
    }));
    expect(failing(forgetting)).toEqual(["C"]);
    const restless = await verify(learned("anti-hebbian"), ({ deltas }) => ({
      deltas: changed(deltas, "P", (delta) => (delta.kind === "sum" ? delta.terms[1]! : delta)),
    }));
    expect(failing(restless)).toEqual(["P"]);
  });
});
