/** A circuit over 32 × 32 images that trains in a blink, to be spoiled in every possible way. */
import type { CircuitSpec } from "@settle/settle";

export const tinyCircuit: CircuitSpec = {
  version: 1,
  name: "tiny",
  states: {
    x: { shape: [32, 32, 3], observed: { data: "image" } },
    z1: { shape: [16, 16, 2], activation: "tanh" },
  },
  errors: { e0: { target: "x", bias: true } },
  synapses: { W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2 } },
  settle: { steps: 2, rate: 0.1 },
  learn: { rule: "adam", rate: 0.01, batch: 5 },
};
