import { arraySource } from "@settle/runtime";
import { expect, it } from "vitest";
import { type CircuitSpec, createSession, evaluate } from "../../src/index.ts";

/** Image and label of one latent: y = z and x = z·W, so that an image is known from its label. */
const circuit: CircuitSpec = {
  version: 1,
  name: "both",
  states: {
    x: { shape: [2, 2, 1], observed: { data: "image" } },
    y: { shape: [2], observed: { data: "label" } },
    z: { shape: [2] },
  },
  errors: { ex: { target: "x" }, ey: { target: "y" } },
  synapses: {
    W: { from: "z", to: "ex", kind: "dense", initial: { kind: "normal", std: 0.5 } },
    L: { from: "z", to: "ey", kind: "dense", initial: { kind: "constant", value: 1 } },
  },
  settle: { steps: 400, rate: 0.3 },
};
const weights = [0.2, 0.9, 0.4, 0.1, 0.8, 0.3, 0.5, 0.7];
const classes = [0, 1, 1, 0, 1];
const source = arraySource("by class", {
  image: {
    shape: [2, 2, 1],
    data: Float32Array.from(classes.flatMap((each) => weights.slice(4 * each, 4 * each + 4))),
  },
  label: { shape: [2], data: Float32Array.from(classes.flatMap((each) => [1 - each, each])) },
});

it("an image that is hidden as a whole is completed from the label beside it", async () => {
  const session = await createSession(circuit, { engine: "reference" });
  const tensors = new Map(await session.parameters.export());
  const set = (id: string, data: readonly number[]): void =>
    void tensors.set(id, { ...tensors.get(id)!, data: Float64Array.from(data) });
  set("W", weights);
  set("L", [1, 0, 0, 1]);
  await session.parameters.import(tensors);
  const { metrics, variants } = await evaluate(session, { source, task: "complete", mask: { kind: "all" } });
  expect(metrics.mse).toBeLessThan(1e-3);
  expect(variants["hidden"]!.mse).toBeLessThan(1e-3);
  // From another's label it is another's image.
  const [first, second] = [weights.slice(0, 4), weights.slice(4)];
  const apart = (255 ** 2 * first.reduce((sum, value, k) => sum + (value - second[k]!) ** 2, 0)) / 4;
  const swapped = arraySource("of the other class", {
    image: { shape: [2, 2, 1], data: Float32Array.from(classes.flatMap((each) => (each === 0 ? second : first))) },
    label: { shape: [2], data: Float32Array.from(classes.flatMap((each) => [1 - each, each])) },
  });
  const wrong = await evaluate(session, { source: swapped, task: "complete", mask: { kind: "all" } });
  expect(wrong.variants["hidden"]!.mse).toBeCloseTo(apart, 1);
  await session.dispose();
});
