import { arraySource, sampleUniforms } from "@settle/runtime";
import { afterEach, describe, expect, it } from "vitest";
import { type Baseline, type BaselineKind, createBaseline, evaluateBaseline, trainBaseline } from "../src/index.ts";

const made: Baseline[] = [];
async function create(kind: BaselineKind, side = 8, backend?: string): Promise<Baseline> {
  const baseline = await createBaseline(kind, { shape: [side, side, 3], seed: 3, ...(backend && { backend }) });
  made.push(baseline);
  return baseline;
}

afterEach(async () => {
  for (const baseline of made.splice(0)) await baseline.dispose();
});

const count = 6;
const noise = sampleUniforms({ seed: 1, stream: "images", epoch: 0, samples: [0] }, count * 192);
const source = arraySource("waves", {
  image: {
    shape: [8, 8, 3],
    data: Float32Array.from({ length: count * 192 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 9) * (noise[i] as number)),
  },
});

describe("the paper's autoencoders", () => {
  it.each(["conv-ae", "conv-dae"] as const)("have exactly 48,393 trainable numbers: %s", async (kind) => {
    const { parameters } = await create(kind, 32);
    // By hand: 3→32, five 32→32, 32→3, each 3×3 with bias; six batch norms of 32 and one of 3.
    expect(parameters).toBe(896 + 5 * 9248 + 867 + 6 * 64 + 6);
    expect(parameters).toBe(48_393);
  });

  it("have a variational one of like size beside them", async () => {
    const { parameters, codeSize } = await create("conv-vae", 32);
    expect(parameters).toBe(896 + 2 * 9248 + 2 * 4624 + 4640 + 9248 + 867);
    expect(codeSize).toBe(8 * 8 * 16);
  });
});

describe("a baseline", () => {
  // What is left of a VAE's loss is mostly the price of its code.
  it.each([
    ["conv-ae", 0.8],
    ["conv-dae", 0.8],
    ["conv-vae", 0.96],
  ] as const)("learns: %s", async (kind, share) => {
    const baseline = await create(kind);
    const losses: number[] = [];
    await trainBaseline(baseline, {
      source,
      epochs: 12,
      batch: 6,
      rate: 3e-3,
      onEpoch: (_, loss) => void losses.push(loss),
    });
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) * share);
  });

  it("goes on from exported weights and moments as if it had not stopped", async () => {
    const whole = await create("conv-dae");
    const last = await trainBaseline(whole, { source, epochs: 3, batch: 4, rate: 1e-3 });
    const first = await create("conv-dae");
    await trainBaseline(first, { source, epochs: 2, batch: 4, rate: 1e-3 });
    const second = await create("conv-dae");
    await second.import(await first.export());
    expect(await trainBaseline(second, { source, from: 3, epochs: 3, batch: 4, rate: 1e-3 })).toBeCloseTo(last, 6);
    const images = (await source.read([0, 1]))["image"] as Float32Array;
    const [a, b] = [await whole.reconstruct(images, 2), await second.reconstruct(images, 2)];
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 4);
  });

  it("is scored by the metrics of circuits, on the noise they meet", async () => {
    const baseline = await create("conv-ae");
    const clean = await evaluateBaseline(baseline, { source, task: "reconstruct", limit: 4 });
    expect(clean.images).toBe(4);
    const images = (await source.read([0, 1, 2, 3]))["image"] as Float32Array;
    const answers = await baseline.reconstruct(images, 4);
    const mse =
      answers.reduce((sum, value, i) => sum + (255 * (value - (images[i] as number))) ** 2, 0) / answers.length;
    expect(clean.metrics.mse).toBeCloseTo(mse, 2);
    const noisy = await evaluateBaseline(baseline, { source, task: "denoise", limit: 4, noise: 0 });
    expect(noisy.metrics).toEqual(clean.metrics);
  });

  it("stops when told to, and says what is wrong with the data", async () => {
    const baseline = await create("conv-ae");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(trainBaseline(baseline, { source, epochs: 1, signal })).rejects.toThrow("enough");
    const sounds = arraySource("sounds", { sound: { shape: [4], data: new Float32Array(8) } });
    await expect(trainBaseline(baseline, { source: sounds, epochs: 1 })).rejects.toMatchObject({
      diagnostic: { code: "data/missing-field" },
    });
    await expect(createBaseline("conv-ae", { shape: [8, 8, 3], backend: "tfjs:abacus" })).rejects.toMatchObject({
      diagnostic: { code: "engine/unknown" },
    });
  });

  it("learns the same on wasm, whose filter gradient is ours, as on the cpu backend", async () => {
    const losses = async (backend: string): Promise<number[]> => {
      const baseline = await create("conv-ae", 8, backend);
      const found: number[] = [];
      await trainBaseline(baseline, {
        source,
        epochs: 3,
        batch: 6,
        rate: 1e-3,
        onEpoch: (_, loss) => void found.push(loss),
      });
      return found;
    };
    const [cpu, wasm] = [await losses("tfjs:cpu"), await losses("tfjs:wasm")];
    for (const [i, loss] of cpu.entries()) expect(wasm[i]).toBeCloseTo(loss, 4);
  });
});
