import { compile, type Compiled, type Equations } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { Engine } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { describe, expect, it } from "vitest";
import { printVerification, type Verification, verifyCircuit } from "@settle/verify";

function compiled(spec: CircuitSpec): Compiled {
  const result = compile(spec);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result;
}

const verify = (spec: CircuitSpec | Compiled, engines: readonly Engine[] = []): Promise<Verification> =>
  verifyCircuit("ok" in spec ? spec : compiled(spec), { reference: referenceEngine, engines, seed: 3 });

/** A chain of three dense states; every field that bears on a claim can be changed. */
function chain(change: {
  readonly state?: Partial<CircuitSpec["states"][string]>;
  readonly bottom?: Partial<CircuitSpec["errors"][string]>;
  readonly hidden?: Partial<CircuitSpec["errors"][string]>;
  readonly synapse?: Partial<CircuitSpec["synapses"][string]>;
  readonly settle?: CircuitSpec["settle"];
}): CircuitSpec {
  const state = { activation: "tanh", derivative: true, ...change.state } as const;
  return {
    version: 1,
    name: "chain",
    states: {
      x: { shape: [6], observed: { data: "image" } },
      z1: { shape: [4], ...state },
      z2: { shape: [3], ...state },
    },
    errors: { e0: { target: "x", bias: true, ...change.bottom }, e1: { target: "z1", bias: true, ...change.hidden } },
    synapses: {
      W1: { from: "z1", to: "e0", kind: "dense", ...change.synapse },
      W2: { from: "z2", to: "e1", kind: "dense", coefficient: 0.5, ...change.synapse },
    },
    ...(change.settle === undefined ? {} : { settle: change.settle }),
  };
}

const kindsOf = ({ corrections }: Verification, state: string): readonly string[] =>
  corrections.find(({ id }) => id === state)!.departures.map(({ kind }) => kind);

describe("the claims of a circuit", () => {
  it("are gradients throughout where nothing is left out", async () => {
    const found = await verify(chain({}));
    expect(found.ok).toBe(true);
    expect([...found.corrections, ...found.learning].filter(({ gradient }) => !gradient)).toEqual([]);
    expect(found.corrections.every(({ check }) => check?.ok)).toBe(true);
    expect(found.energies.map(({ kind }) => kind)).toEqual(["discrepancy", "discrepancy"]);
  });

  it("name a missing φ′, and check the rest with it put back", async () => {
    const found = await verify(chain({ state: { derivative: false } }));
    expect(kindsOf(found, "z1")).toEqual(["no-derivative"]);
    expect(found.corrections.find(({ id }) => id === "z1")).toMatchObject({ gradient: false, check: { ok: true } });
    expect(found.corrections.find(({ id }) => id === "z1")!.angle).toBeGreaterThan(0.01);
    expect(found.ok).toBe(true);
  });

  it("name feedback through weights of its own, and feedback that is missing", async () => {
    const separate = await verify(chain({ synapse: { feedback: { kind: "separate" } } }));
    expect(kindsOf(separate, "z2")).toEqual(["separate-feedback"]);
    expect(separate.learning.find(({ id }) => id === "error:W1")).toMatchObject({
      rule: "0.9·Δ W1",
      gradient: false,
      formulas: [{ ok: true }],
    });
    expect(separate.ok).toBe(true);
    const spec = chain({});
    const none = await verify({
      ...spec,
      synapses: { ...spec.synapses, skip: { from: "z2", to: "e0", kind: "dense", feedback: "none" } },
    });
    expect(kindsOf(none, "z2")).toEqual(["no-feedback"]);
    expect(none.ok).toBe(true);
  });

  it("say that a sigmoid at a clamped node makes the energy a cross-entropy, which the rules do descend", async () => {
    const found = await verify(chain({ bottom: { output: "sigmoid" } }));
    expect(found.energies[0]).toMatchObject({ error: "e0", kind: "matching-loss" });
    expect(found.energies[0]!.message).toContain("cross-entropy");
    expect(found.corrections.find(({ id }) => id === "z1")).toMatchObject({ gradient: true, check: { ok: true } });
    expect(found.learning.every(({ gradient, check }) => gradient && check?.ok === true)).toBe(true);
  });

  it("say the same of softmax, whose entries meet", async () => {
    const found = await verify(chain({ bottom: { output: "softmax" } }));
    expect(found.corrections.find(({ id }) => id === "z1")).toMatchObject({ gradient: true, check: { ok: true } });
  });

  it("find no one energy where the target of such a node moves", async () => {
    const found = await verify(chain({ hidden: { output: "sigmoid" } }));
    expect(kindsOf(found, "z1")).toEqual(["two-energies"]);
    expect(found.corrections.find(({ id }) => id === "z1")!.check?.ok).toBe(true);
    expect(found.learning.find(({ id }) => id === "W2")!.gradient).toBe(true);
  });

  it("tell whitening from weighing", async () => {
    const precision = { kind: "diagonal", sigma: [0.5, 2, 1, 0.7] } as const;
    const whitened = await verify(chain({ hidden: { precision: { ...precision, apply: "whiten" } } }));
    expect(whitened.energies[1]).toMatchObject({ kind: "standardized" });
    const weighed = await verify(chain({ hidden: { precision: { ...precision, apply: "weigh" } } }));
    expect(weighed.energies[1]).toMatchObject({ kind: "discrepancy" });
    expect([whitened.ok, weighed.ok]).toEqual([true, true]);
  });

  it("count the energy of a prior and say of a leak what it descends", async () => {
    for (const kind of ["laplace", "gaussian", "cauchy", "exp"] as const) {
      const found = await verify(chain({ state: { prior: { kind, strength: 0.3 } }, settle: { leak: 0.01 } }));
      expect(found.corrections.find(({ id }) => id === "z2")).toMatchObject({ gradient: true, check: { ok: true } });
      expect(found.remarks.join("\n")).toContain(`the ${kind} prior of z1`);
      expect(found.remarks.join("\n")).toContain("the leak of x, z1, z2");
    }
  });

  it("are printed for people with every reason", async () => {
    const text = printVerification(await verify(chain({ state: { derivative: false } })));
    expect(text).toContain("φ′(z1) is left out");
    expect(text).toContain("z1  is no gradient as written  ok");
  });
});

describe("a rule that is not what it claims", () => {
  const broken = (change: (equations: Equations) => Partial<Equations>): Compiled => {
    const whole = compiled(chain({}));
    return { ...whole, equations: { ...whole.equations, ...change(whole.equations) } };
  };

  it("is found in a correction whose sign is turned", async () => {
    const found = await verify(
      broken(({ corrections }) => ({
        corrections: new Map([...corrections].map(([id, term]) => [id, { kind: "scale", by: -1, of: term }])),
      })),
    );
    expect(found.ok).toBe(false);
    expect(found.corrections.find(({ id }) => id === "z1")!.check?.ok).toBe(false);
  });

  it("is found in a derivative that is off by a thousandth", async () => {
    const found = await verify(
      broken(({ activations }) => ({
        activations: new Map(
          [...activations].map(([id, phi]) => [
            id,
            {
              ...phi,
              derivative: {
                kind: "binary",
                primitive: "mul",
                a: { kind: "constant", value: 1.001 },
                b: phi.derivative,
              },
            },
          ]),
        ),
      })),
    );
    expect(found.corrections.find(({ id }) => id === "z2")!.check?.ok).toBe(false);
  });

  it("is found in a Δ without its coefficient", async () => {
    const found = await verify(
      broken(({ deltas }) => ({
        deltas: new Map([...deltas].map(([id, term]) => [id, term.kind === "scale" ? term.of : term])),
      })),
    );
    expect(found.learning.filter(({ check }) => check?.ok === false).map(({ id }) => id)).toEqual(["W2"]);
  });

  it("is found in an engine that rounds too much", async () => {
    const coarse: Engine = {
      ...referenceEngine,
      name: "coarse",
      load: async (program) => {
        const inner = await referenceEngine.load(program);
        const run: typeof inner.run = async (request) =>
          new Map(
            [...(await inner.run(request))].map(([id, values]) => [id, values.map((v) => Math.round(v * 100) / 100)]),
          );
        return {
          ...inner,
          info: inner.info,
          program,
          run,
          write: inner.write.bind(inner),
          read: inner.read.bind(inner),
          dispose: inner.dispose.bind(inner),
        };
      },
    };
    const found = await verify(chain({}), [referenceEngine, coarse]);
    expect(found.engines.map(({ name, checks }) => [name, checks.every(({ ok }) => ok)])).toEqual([
      ["reference", true],
      ["coarse", false],
    ]);
    expect(found.ok).toBe(false);
  });
});

describe("the equilibrium of a linear circuit", () => {
  const linear = { activation: "identity" } as const;
  const settling = { rate: 0.1, leak: { rate: 0.05, scaled: true } } as const;

  it("is where settling leads, solved from the errors alone", async () => {
    const { equilibrium } = await verify(
      chain({
        state: { ...linear, prior: { kind: "gaussian", strength: 0.1 } },
        bottom: { precision: { kind: "scalar", sigma: 0.6, apply: "weigh" } },
        settle: settling,
      }),
    );
    expect(equilibrium).toMatchObject({ kind: "checked", unknowns: 7, free: 0, check: { ok: true } });
  });

  it.each(["heun", "rk4"] as const)("is reached by %s as well", async (integrator) => {
    const { equilibrium } = await verify(chain({ state: linear, settle: { ...settling, integrator } }));
    expect(equilibrium).toMatchObject({ kind: "checked", check: { ok: true } });
  });

  it("is solved from the motion where feedback has weights of its own", async () => {
    const { equilibrium } = await verify(
      chain({ state: linear, synapse: { feedback: { kind: "separate" } }, settle: settling }),
    );
    expect(equilibrium).toMatchObject({ kind: "checked", check: { ok: true } });
  });

  it("is refused, with the reason, where there is none", async () => {
    expect((await verify(chain({}))).equilibrium).toEqual({ kind: "not-checked", reason: "settling is not linear" });
    const { equilibrium } = await verify(chain({ state: linear, settle: { rate: 2.5 } }));
    expect(equilibrium).toMatchObject({ kind: "not-checked", reason: expect.stringContaining("diverges") as string });
  });
});
