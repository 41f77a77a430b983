/** What the contenders settle: circuits that are a chain of layers, and the constants their peers need. */
import { type CircuitSpec, defineCircuit, loadCircuit } from "@settle/settle";

/** The constants of a chain, as `problem.py` reads them. */
export interface ChainConstants {
  /** 3×3 deconvolutions of stride 2, or dense layers. */
  readonly kind: "maps" | "dense";
  /** Number of synapses. */
  readonly layers: number;
  readonly steps: number;
  readonly rate: number;
  readonly leak: number;
  readonly activation: "leaky-relu" | "tanh";
  /** Of the leaky ReLU. */
  readonly slope: number;
  /** Whether feedback is multiplied by the activation's slope. */
  readonly derivative: boolean;
  /** Output function of the lowest error node. */
  readonly output: "identity" | "sigmoid";
}

export interface ChainProblem {
  readonly circuit: CircuitSpec;
  readonly constants: ChainConstants;
}

const leaky = { rate: 0.1, activation: "leaky-relu", slope: 0.2, derivative: false } as const;

/** By name, as `--cases` gives it. */
export const problems: Readonly<Record<string, () => Promise<ChainProblem>>> = {
  "conv-ngc": async () => ({
    circuit: (await loadCircuit("conv-ngc")).spec,
    constants: { ...leaky, kind: "maps", layers: 4, steps: 60, leak: 0.001, output: "identity" },
  }),
  ngc: async () => ({
    circuit: (await loadCircuit("ngc")).spec,
    constants: { ...leaky, kind: "dense", layers: 4, steps: 60, leak: 0, output: "sigmoid" },
  }),
  "dense-784": () =>
    Promise.resolve({
      circuit: dense784,
      constants: {
        kind: "dense",
        layers: 3,
        steps: 50,
        rate: 0.1,
        leak: 0,
        activation: "tanh",
        slope: 0,
        derivative: true,
        output: "identity",
      },
    }),
};

/** The chain that other toolkits are usually shown with: three layers of 360 over a digit. */
const dense784 = defineCircuit({
  version: 1,
  name: "dense-784",
  defaults: {
    state: { activation: { kind: "tanh" }, derivative: true, initial: { kind: "zeros" } },
    error: { output: "identity", bias: false },
    synapse: { kind: "dense", feedback: "tied", initial: { kind: "normal", std: 0.05 } },
  },
  states: {
    x: { shape: [784], observed: { data: "image" } },
    z1: { shape: [360] },
    z2: { shape: [360] },
    z3: { shape: [360] },
  },
  errors: { e0: { target: "x" }, e1: { target: "z1" }, e2: { target: "z2" } },
  synapses: { W1: { from: "z1", to: "e0" }, W2: { from: "z2", to: "e1" }, W3: { from: "z3", to: "e2" } },
  settle: { steps: 50, rate: 0.1, leak: 0, start: "initial" },
  learn: { rule: "adam", rate: 0.001, batch: 512 },
});
