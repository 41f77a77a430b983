import { arraySource, train } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { type CircuitSpec, createSession, evaluate, type Session } from "../src/index.ts";

/** Never moves its prediction: without weights and with a bias of 0.25 it predicts grey, whatever it is given. */
const grey: CircuitSpec = {
  version: 1,
  name: "grey",
  states: { x: { shape: [12, 12, 1], observed: { data: "image" } }, z: { shape: [3] } },
  errors: { e: { target: "x", bias: { initial: { kind: "constant", value: 0.25 } } } },
  synapses: { W: { from: "z", to: "e", kind: "dense", initial: { kind: "zeros" } } },
  settle: { steps: 2, rate: 0.1 },
};

/** Half black, half white images, all alike. */
const source = arraySource("stripes", {
  image: { shape: [12, 12, 1], data: Float32Array.from({ length: 5 * 144 }, (_, i) => i % 2) },
});

async function withSession<T>(circuit: CircuitSpec, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await createSession(circuit, { engine: "reference", seed: 3 });
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

describe("evaluate", () => {
  it("scores the prediction against the image as a calculation by hand does", async () => {
    const { metrics, images } = await withSession(grey, (session) =>
      evaluate(session, { source, task: "reconstruct", batch: 2 }),
    );
    // Half of the pixels are 0.25 away, half 0.75.
    const mse = (255 ** 2 * (0.25 ** 2 + 0.75 ** 2)) / 2;
    expect(images).toBe(5);
    expect(metrics.mse).toBeCloseTo(mse, 3);
    expect(metrics.psnr).toBeCloseTo(10 * Math.log10(255 ** 2 / mse), 6);
  });

  it("adds the cross-entropy where predictions are probabilities, and only there", async () => {
    const surely: CircuitSpec = { ...grey, errors: { e: { ...grey.errors["e"], target: "x", output: "sigmoid" } } };
    const reconstruct = (circuit: CircuitSpec): Promise<number | undefined> =>
      withSession(circuit, async (session) => (await evaluate(session, { source, task: "reconstruct" })).metrics.bce);
    // Half of the pixels are 1. p is the sigmoid of the bias.
    const p = 1 / (1 + Math.exp(-0.25));
    expect(await reconstruct(surely)).toBeCloseTo(-72 * (Math.log(p) + Math.log(1 - p)), 4);
    expect(await reconstruct(grey)).toBeUndefined();
  });

  it("reports the discrepancy of the settled states: ½ Σ e², mean over images", async () => {
    const { discrepancy } = await withSession(grey, (session) => evaluate(session, { source, task: "reconstruct" }));
    expect(discrepancy.total).toBeCloseTo((144 * (0.25 ** 2 + 0.75 ** 2)) / 4, 5);
    expect(Object.keys(discrepancy.errors)).toEqual(["e"]);
  });

  it("meets the same noisy images whatever the batch size and the number of samples", async () => {
    const noisy = (batch: number, limit: number): Promise<(number | undefined)[]> =>
      withSession(grey, async (session) => {
        const { pictures } = await evaluate(session, { source, task: "denoise", batch, limit, pictures: 2 });
        return pictures.flatMap(({ images }) => [...(images["noisy"] ?? [])]);
      });
    expect(await noisy(1, 2)).toEqual(await noisy(5, 5));
  });

  it("denoises from the states that settled clamped, too", async () => {
    const drawn: CircuitSpec = { ...grey, synapses: { W: { from: "z", to: "e", kind: "dense" } } };
    const [relaxed, expected] = await withSession(drawn, async (session) => {
      const { variants } = await evaluate(session, { source, task: "denoise", noise: 0, steps: 6, limit: 2, batch: 2 });
      const image = Float32Array.from({ length: 2 * 144 }, (_, i) => i % 2);
      const seen = { count: 2, fields: { image } };
      const { states: from } = await session.settle(seen, { states: ["z"], steps: 6 });
      const { predictions } = await session.settle(seen, {
        modes: { x: "released" },
        from,
        steps: 3,
        predictions: "all",
      });
      const scale = 255 ** 2 / predictions["e"]!.length;
      let mse = 0;
      predictions["e"]!.forEach((value: number, k: number) => (mse += scale * (value - image[k]!) ** 2));
      return [variants["relaxed"]!.mse!, mse];
    });
    expect(relaxed / expected).toBeCloseTo(1, 6);
  });

  it("releases the noisy image when denoising: its final state moves towards the prediction", async () => {
    const { variants } = await withSession(grey, (session) => evaluate(session, { source, task: "denoise", noise: 0 }));
    // Without noise the state starts at the image and takes two steps of 0.1 towards 0.25.
    const left = (1 - 0.1) ** 2;
    const mse = (255 ** 2 * (1 - left) ** 2 * (0.25 ** 2 + 0.75 ** 2)) / 2;
    expect(variants["noisy"]?.mse).toBe(0);
    expect(variants["state"]?.mse).toBeCloseTo(mse, 2);
  });

  it("keeps known pixels when completing, and lets the hidden half settle", async () => {
    const { pictures } = await withSession(grey, (session) =>
      evaluate(session, { source, task: "complete", mask: { kind: "half", missing: "bottom" }, pictures: 1 }),
    );
    const { original, hidden, completed } = pictures[0]?.images ?? {};
    expect([...(completed ?? [])].slice(0, 72)).toEqual([...(original ?? [])].slice(0, 72));
    expect([...(hidden ?? [])].slice(72)).toEqual(Array.from({ length: 72 }, () => 0.5));
    // The hidden half starts from the projection, which is the bias, and stays there.
    for (const value of [...(completed ?? [])].slice(72)) expect(value).toBeCloseTo(0.25, 6);
  });

  it.each(["reconstruct", "denoise", "complete"] as const)("reports how far it has come through %s", async (task) => {
    const seen: (readonly [number, number])[] = [];
    await withSession(grey, (session) =>
      evaluate(session, { source, task, batch: 2, onProgress: (done, total) => seen.push([done, total]) }),
    );
    const total = task === "denoise" ? 15 : 5;
    expect(seen.at(-1)).toEqual([total, total]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
  });

  it("scores better after training", async () => {
    // 144 pixels feed back into each state: a larger rate would not settle.
    const circuit: CircuitSpec = {
      ...grey,
      settle: { steps: 2, rate: 0.01 },
      learn: { rate: 0.02, batch: 5 },
    };
    const [before, after] = await withSession(circuit, async (session) => {
      const first = await evaluate(session, { source, task: "reconstruct" });
      await train(session, { source, epochs: 60 });
      return [first, await evaluate(session, { source, task: "reconstruct" })];
    });
    expect(after?.metrics.mse).toBeLessThan((before?.metrics.mse ?? 0) / 10);
  });

  it("says so where nothing predicts the image", async () => {
    const circuit: CircuitSpec = {
      ...grey,
      states: { x: grey.states["x"]!, y: { shape: [2], observed: { data: "label" } } },
      errors: { f: { target: "y" } },
      synapses: { V: { from: "x", to: "f", kind: "dense" } },
    };
    await withSession(circuit, async (session) => {
      await expect(evaluate(session, { source, task: "reconstruct" })).rejects.toMatchObject({
        diagnostic: { code: "evaluate/not-predicted" },
      });
    });
  });

  it("says what is missing where there is no image to score", async () => {
    const states = { ...grey.states, x: { shape: [144], observed: { data: "sound" } } };
    const two = { ...states, y: { shape: [2], observed: { data: "label" } } };
    const circuit: CircuitSpec = {
      ...grey,
      states: two,
      errors: { e: { target: "x" }, f: { target: "y" } },
      synapses: { W: { from: "z", to: "e", kind: "dense" }, V: { from: "z", to: "f", kind: "dense" } },
    };
    await withSession(circuit, async (session) => {
      await expect(evaluate(session, { source, task: "reconstruct" })).rejects.toMatchObject({
        diagnostic: { code: "evaluate/no-image" },
      });
    });
  });
});
