/** Every step rule on a sequence of sums that is given, against other libraries and closed forms. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { BufferId } from "@settle/program";
import type { CircuitSpec } from "@settle/spec";
import { describe, expect, it } from "vitest";

type Learn = NonNullable<CircuitSpec["learn"]>;
type SynapseLearn = NonNullable<Extract<CircuitSpec["synapses"][string], { readonly kind: "dense" }>["learn"]>;

const circuit = (learn: Learn, own: SynapseLearn = true, bias: CircuitSpec["errors"][string]["bias"] = false) => ({
  version: 1 as const,
  name: "rules",
  states: { x: { shape: [3], observed: { data: "image" } }, z: { shape: [1] } },
  errors: { e: { target: "x", bias } },
  synapses: { W: { from: "z", to: "e", kind: "dense" as const, learn: own } },
  learn,
});

/** What W is (one row) after updates along these Δ, begun at `start`; two samples were summed. */
async function updated(spec: CircuitSpec, deltas: readonly (readonly number[])[], start: readonly number[], of = "W") {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const { program } = compiled;
  const executable = await referenceEngine.load(program);
  await executable.write(of as BufferId, Float64Array.from(start));
  for (const delta of deltas) {
    await executable.write(
      `sum/${of}` as BufferId,
      Float64Array.from(delta, (value) => 2 * value),
    );
    const inputs = new Map([
      [program.learn.rateInput, Float64Array.of(0.1)],
      [program.learn.countInput, Float64Array.of(2)],
    ]);
    await executable.run({ batch: 1, schedule: [{ phase: "apply" }], inputs });
  }
  const result = [...(await executable.read(of as BufferId))];
  await executable.dispose();
  return result;
}

const deltas = [
  [0.3, -0.2, 0.05],
  [0.1, 0.4, -0.5],
  [-0.7, 0, 0.25],
  [0.02, -0.6, 0.3],
  [0.9, 0.1, -0.1],
];
const start = [0.5, -1, 0.25];

/**
 * optax 0.2.8 in float64 (jax 0.10.2), rate 0.1, gradients −Δ: sgd; sgd with momentum 0.8; with nesterov; adam and adamw
 * with b1 0.8, b2 0.95, eps 1e-6, weight decay 0.5.
 */
const optax = {
  sgd: [0.562, -1.03, 0.25],
  momentum: [0.5531680000000001, -1.0471519999999999, 0.22420800000000002],
  nag: [0.6045344, -1.0677215999999998, 0.22936640000000003],
  adam: [0.6533355877421537, -1.0897210713083665, 0.2926725533801237],
  adamw: [0.5147091788365008, -0.8519240479442224, 0.2280565958373708],
};
const adam = { kind: "adam", beta1: 0.8, beta2: 0.95, epsilon: 1e-6 } as const;

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 12);
}

describe("five updates", () => {
  it.each([
    ["sgd", { rule: "sgd" }, optax.sgd],
    ["momentum", { rule: { kind: "momentum", factor: 0.8 } }, optax.momentum],
    ["nag", { rule: { kind: "nag", factor: 0.8 } }, optax.nag],
    ["adam", { rule: adam }, optax.adam],
    ["adam with decay", { rule: adam, decay: 0.5 }, optax.adamw],
  ] as const)("by %s are those of optax", async (_name, learn, wanted) => {
    expectNear(await updated(circuit(learn), deltas, start), wanted);
  });

  it("by normalized move by the rate along each direction", async () => {
    const moved = await updated(circuit({ rule: { kind: "normalized", epsilon: 1e-12 } }), [[3, 0, 4]], start);
    for (const [i, value] of [0.56, -1, 0.33].entries()) expect(moved[i]).toBeCloseTo(value, 10);
  });

  it("without any Δ shrink by 1 − rate·decay each, whatever the rule", async () => {
    const nothing = deltas.map(() => [0, 0, 0]);
    for (const rule of ["sgd", "momentum", "nag", "adam", "normalized"] as const) {
      const left = (1 - 0.1 * 0.3) ** 5;
      expectNear(
        await updated(circuit({ rule, decay: 0.3 }), nothing, start),
        start.map((w) => w * left),
      );
    }
  });
});

describe("what a synapse or bias says itself", () => {
  it("stands in place of the circuit's rule and decay, and multiplies its rate", async () => {
    const own = { rule: "sgd", rateFactor: 3, decay: 0 } as const;
    const moved = await updated(circuit({ rule: adam, decay: 0.5 }, own), deltas, start);
    // Sums of the Δ times 0.1 · 3.
    expectNear(moved, [0.5 + 0.3 * 0.62, -1 + 0.3 * -0.3, 0.25]);
  });

  it("leaves the rest as the circuit's", async () => {
    expectNear(await updated(circuit({ rule: adam, decay: 0.5 }, { rateFactor: 1 }), deltas, start), optax.adamw);
  });

  it("can freeze the bias, which takes no weight decay unless it says so", async () => {
    const learn = { rule: "sgd", decay: 0.5 } as const;
    expectNear(await updated(circuit(learn, true, true), deltas, start, "bias:e"), optax.sgd);
    const own = { learn: { decay: 0.5, rule: adam } };
    expectNear(await updated(circuit(learn, true, own), deltas, start, "bias:e"), optax.adamw);
    const frozen = compile(circuit(learn, true, { learn: false }));
    expect(frozen.ok && frozen.program.buffers.some(({ id }) => id === "sum/bias:e")).toBe(false);
  });
});
