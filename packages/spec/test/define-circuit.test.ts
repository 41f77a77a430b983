import { type CircuitSpec, defineCircuit, validateCircuit } from "@settle/spec";
import { expect, expectTypeOf, test } from "vitest";

const tiny = defineCircuit({
  version: 1,
  name: "tiny",
  states: {
    x: { shape: [32, 32, 3], observed: { data: "image" } },
    z1: { shape: [16, 16, 25], activation: { kind: "leaky-relu", slope: 0.2 } },
  },
  errors: { e0: { target: "x", bias: true } },
  synapses: { W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: [2, 2], feedback: "tied" } },
  settle: { steps: 60, leak: { rate: 0.001, scaled: false } },
});

test("a circuit in TypeScript is a circuit like any other", () => {
  expectTypeOf(tiny).toEqualTypeOf<CircuitSpec>();
  expect(validateCircuit(tiny)).toEqual({ spec: tiny, diagnostics: [] });
});

test("misspelt endpoints are compile errors", () => {
  const head = { version: 1, name: "wrong" } as const;
  const states = { x: { shape: [4] }, z: { shape: [2] } } as const;
  const errors = { e: { target: "x" } } as const;

  defineCircuit({ ...head, states, errors, synapses: { W: { from: "z", to: "e", kind: "dense" } } });
  // @ts-expect-error there is no state "y" to come from
  defineCircuit({ ...head, states, errors, synapses: { W: { from: "y", to: "e", kind: "dense" } } });
  // @ts-expect-error there is no error node "f" to lead to
  defineCircuit({ ...head, states, errors, synapses: { W: { from: "z", to: "f", kind: "dense" } } });
  // @ts-expect-error a synapse leads to an error node, not to a state
  defineCircuit({ ...head, states, errors, synapses: { W: { from: "z", to: "x", kind: "dense" } } });
  // @ts-expect-error there is no state "y" to belong to
  defineCircuit({ ...head, states, errors: { e: { target: "y" } }, synapses: {} });
});

test("misspelt fields and kinds are compile errors", () => {
  const head = { version: 1, name: "wrong", states: { x: {} }, errors: { e: { target: "x" } }, synapses: {} } as const;

  // @ts-expect-error a state has no "activaton"
  defineCircuit({ ...head, states: { x: { activaton: "tanh" } } });
  // @ts-expect-error there is no activation "tahn"
  defineCircuit({ ...head, states: { x: { activation: "tahn" } } });
  // @ts-expect-error softmax is the output of an error node only
  defineCircuit({ ...head, states: { x: { activation: "softmax" } } });
  // @ts-expect-error a dense synapse has no kernel
  defineCircuit({ ...head, synapses: { W: { from: "x", to: "e", kind: "dense", kernel: 3 } } });
  const ends = { from: "x", to: "e", kind: "dense" } as const;
  // @ts-expect-error tied feedback has no λ
  defineCircuit({ ...head, synapses: { W: { ...ends, feedback: { kind: "tied", lambda: 1 } } } });
  // @ts-expect-error version 2 is not known
  defineCircuit({ ...head, version: 2 });
  // @ts-expect-error the circuit has no "setle"
  defineCircuit({ ...head, setle: { steps: 3 } });

  defineCircuit({ ...head, errors: { e: { target: "x", output: "softmax" } } });
});

test("endpoints reach from the states as written, not the other way round", () => {
  // A target that is no state must not become one: the ids are read off the keys alone.
  const circuit = defineCircuit({
    version: 1,
    name: "chain",
    states: { x: {}, z1: {}, z2: {} },
    errors: { e0: { target: "x" }, e1: { target: "z1" } },
    synapses: { W1: { from: "z1", to: "e0" }, W2: { from: "z2", to: "e1" } },
    defaults: { synapse: { kind: "dense" } },
  });
  expect(Object.keys(circuit.states)).toEqual(["x", "z1", "z2"]);
});
