import { arraySource, sampleNormals, type SampleSource } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { type CircuitSpec, createSession, evaluate } from "../../src/index.ts";
import { RidgeSums } from "../../src/tasks/ridge-classifier.ts";

describe("the ridge of a probe", () => {
  it("solves what the normal equations say, worked out by hand for one input", () => {
    // x = 0, 1, 2, 3 with y = 1, 3, 5, 7 and λ·s = 0.5 · 14 = 7: slope Sxy / (Sxx + 7) = 10 / 12, through the means.
    const sums = new RidgeSums(1, 1);
    sums.add(Float64Array.of(0, 1, 2, 3), Float64Array.of(1, 3, 5, 7));
    const [atZero, atThree] = sums.solve(0.5).outputs(Float64Array.of(0, 3), 2);
    expect(atZero).toBeCloseTo(4 - 1.5 * (10 / 12), 10);
    expect(atThree).toBeCloseTo(4 + 1.5 * (10 / 12), 10);
  });

  it("adds up to the same whatever the batches", () => {
    const inputs = sampleNormals({ seed: 1, stream: "x", epoch: 0, samples: [0] }, 30);
    const labels = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const whole = new RidgeSums(3, 2);
    whole.add(inputs, labels);
    const parts = new RidgeSums(3, 2);
    for (let n = 0; n < 10; n++) parts.add(inputs.subarray(n * 3, n * 3 + 3), labels.subarray(n * 2, n * 2 + 2));
    expect([...parts.solve(0.1).outputs(inputs, 10)]).toEqual([...whole.solve(0.1).outputs(inputs, 10)]);
    expect(parts.count).toBe(10);
  });
});

const circuit: CircuitSpec = {
  version: 1,
  name: "unsupervised",
  states: { x: { shape: [4, 4, 1], observed: { data: "image" } }, z: { shape: [6] } },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense", initial: { kind: "normal", std: 0.5 } } },
  settle: { steps: 30, rate: 0.05 },
};

/** Class c is bright in row c. */
function rows(count: number, bright: number): SampleSource {
  const noise = sampleNormals({ seed: 5, stream: "rows", epoch: 0, samples: [0] }, count * 16);
  const image = Float32Array.from({ length: count * 16 }, (_, i) => {
    const row = Math.floor((i % 16) / 4);
    return (row === Math.floor(i / 16) % 4 ? bright : 0) + 0.1 * (noise[i] as number);
  });
  const label = Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 === Math.floor(i / 4) % 4 ? 1 : 0));
  return arraySource("rows", { image: { shape: [4, 4, 1], data: image }, label: { shape: [4], data: label } });
}

describe("the task probe", () => {
  it("reads classes off latents that know them, and guesses where there is nothing to know", async () => {
    const session = await createSession(circuit, { engine: "reference", seed: 4 });
    const accuracy = async (bright: number): Promise<number> => {
      const { metrics, images } = await evaluate(session, {
        task: "probe",
        training: rows(200, bright),
        source: rows(60, bright),
      });
      expect(images).toBe(60);
      return metrics.accuracy as number;
    };
    expect(await accuracy(1)).toBeGreaterThan(0.95);
    expect(await accuracy(0)).toBeLessThan(0.5);
    await session.dispose();
  });

  it("wants training samples, labels, states that exist, and not too many numbers", async () => {
    const session = await createSession(circuit, { engine: "reference" });
    const source = rows(8, 1);
    const refusal = async (more: object): Promise<string> =>
      evaluate(session, { task: "probe", source, ...more }).then(
        () => "nothing",
        (fault: { readonly diagnostic: { readonly code: string } }) => fault.diagnostic.code,
      );
    expect(await refusal({})).toBe("evaluate/no-training");
    expect(await refusal({ training: source, latents: ["q"] })).toBe("session/unknown-node");
    const { label: _label, ...fields } = source.fields;
    expect(await refusal({ training: { ...source, fields } })).toBe("evaluate/no-label");
    await session.dispose();

    const large = await createSession(
      { ...circuit, states: { ...circuit.states, z: { shape: [2001] } } },
      { engine: "reference" },
    );
    await expect(evaluate(large, { task: "probe", source, training: source })).rejects.toMatchObject({
      diagnostic: { code: "evaluate/too-many-latents" },
    });
    await large.dispose();
  });
});
