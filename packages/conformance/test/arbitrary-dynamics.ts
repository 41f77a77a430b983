/** How a circuit may settle and learn, whatever its parts. */
import type { CircuitSpec, SynapseSpec } from "@settle/spec";
import fc from "fast-check";

type Dynamics = Required<Pick<CircuitSpec, "settle" | "learn">>;
type Settle = NonNullable<CircuitSpec["settle"]>;
type Learn = NonNullable<CircuitSpec["learn"]>;

const integrator = fc.constantFrom<NonNullable<Settle["integrator"]>>(
  "euler",
  "heun",
  "rk4",
  { kind: "momentum", factor: 0.5 },
  { kind: "momentum", factor: 0.7, nesterov: true },
  { kind: "adaptive", tolerance: 0.01 },
  // No finer tolerance: in float32 the difference of two steps that measures the error is rounding there.
  { kind: "adaptive", tolerance: 0.01, initial: 40 },
);
const rule = fc.constantFrom<NonNullable<Learn["rule"]>>(
  "sgd",
  "normalized",
  { kind: "momentum", factor: 0.8 },
  { kind: "nag", factor: 0.8 },
  { kind: "adam", beta1: 0.8, epsilon: 1e-4 },
);

export const arbitraryDynamics: fc.Arbitrary<Dynamics> = fc.record({
  settle: fc.record({
    integrator,
    rate: fc.constantFrom(0.01, 0.02),
    // No tolerance: whether a sample stops is a threshold, which the last bit of a float32 can cross.
    leak: fc.constantFrom(0, { rate: 0.1, scaled: true }),
  }),
  learn: fc.record({ rule, decay: fc.constantFrom(0, 0.3) }),
});

/** The circuit with those dynamics; every second synapse and bias has a rule of its own, filters of each position's own a bound. */
export function withDynamics(circuit: CircuitSpec, { settle, learn }: Dynamics): CircuitSpec {
  const own = { rule: { kind: "adam", epsilon: 1e-4 }, rateFactor: 0.5, decay: 0.1 } as const;
  const synapses = Object.entries(circuit.synapses).map(([id, synapse], index) => {
    const local = "local" in synapse && synapse.local;
    const odd = index % 2 === 1;
    if (!hasOwnWeights(synapse) || (!odd && !local)) return [id, synapse] as const;
    const bounded = local ? { constraint: { kind: "max-norm", over: "kernel", bound: 0.3 } as const } : {};
    const changed = { ...synapse, learn: { ...(odd && own), ...bounded } };
    return [id, odd ? { ...changed, ...feedbackOf(synapse) } : changed] as const;
  });
  const errors = Object.entries(circuit.errors).map(([id, error], index) => {
    const odd = index % 2 === 1 && error.bias === true;
    return [id, odd ? { ...error, bias: { learn: { rule: "nag" as const, decay: 0.2 } } } : error] as const;
  });
  return {
    ...circuit,
    settle,
    learn: { ...circuit.learn, ...learn },
    errors: Object.fromEntries(errors),
    synapses: Object.fromEntries(synapses),
  };
}

/** Pools and upsampling have no weights, and who shares them has no say in them. */
const hasOwnWeights = (synapse: SynapseSpec): boolean =>
  synapse.kind !== "pool" && synapse.kind !== "upsample" && !("weights" in synapse);

/** The exact credit of a block goes back through its own weights. */
const feedbackOf = (synapse: SynapseSpec): { readonly feedback?: "separate" } =>
  synapse.kind === "block" ? {} : { feedback: "separate" };
