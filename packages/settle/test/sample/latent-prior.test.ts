import { arraySource, sampleNormals, type SampleSource, type Session } from "@settle/runtime";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CircuitSpec, createSession, estimateDensity, fitLatentPrior, type LatentPrior } from "../../src/index.ts";

/** Linear and Gaussian: what it says of an image can be written down. */
const linear: CircuitSpec = {
  version: 1,
  name: "linear",
  states: {
    x: { shape: [2, 2, 1], observed: { data: "image" } },
    z1: { shape: [3], activation: "identity" },
    z2: { shape: [2], activation: "identity" },
  },
  errors: { e0: { target: "x", bias: true }, e1: { target: "z1", bias: true } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "dense", initial: { kind: "normal", std: 0.7 } },
    W2: { from: "z2", to: "e1", kind: "dense", initial: { kind: "normal", std: 0.7 } },
  },
  settle: { steps: 20, rate: 0.1 },
};

function images(count: number): SampleSource {
  const data = sampleNormals({ seed: 8, stream: "images", epoch: 0, samples: [0] }, count * 4);
  return arraySource("normal", { image: { shape: [2, 2, 1], data: data.map((each) => 0.5 + 0.5 * each) } });
}

const deviation = 0.5;
let session: Session;
let prior: LatentPrior;

beforeAll(async () => {
  session = await createSession(linear, { engine: "reference", seed: 2 });
  prior = await fitLatentPrior(linear, session, {
    source: images(60),
    components: 1,
    settings: { engine: "reference" },
  });
});
afterAll(async () => {
  await prior.dispose();
  await session.dispose();
});

/** Projections of 0 and of each unit vector: the circuit as an affine map z2 → x. */
async function affine(): Promise<{ readonly offset: Float32Array; readonly columns: readonly Float64Array[] }> {
  const answers = await prior.project(Float64Array.of(0, 0, 1, 0, 0, 1));
  const offset = answers.slice(0, 4);
  const columns = [1, 2].map((n) =>
    Float64Array.from(answers.slice(n * 4, n * 4 + 4), (each, i) => each - (offset[i] as number)),
  );
  return { offset, columns };
}

/** log N(x; offset + A m, A Σ Aᵀ + σ²I), mean over images. */
async function closedForm(source: SampleSource): Promise<number> {
  const { offset, columns } = await affine();
  const { means, factors } = prior.fit.mixture;
  const map = new Matrix(columns.map((column) => [...column])).transpose();
  const factor = Matrix.from1DArray(2, 2, factors[0] as Float64Array);
  const spread = map
    .mmul(factor)
    .mmul(factor.transpose())
    .mmul(map.transpose())
    .add(Matrix.eye(4).mul(deviation ** 2));
  const centre = map.mmul(Matrix.columnVector([...(means[0] as Float64Array)])).to1DArray();
  // Rounding leaves it a last bit away from symmetric.
  const cholesky = new CholeskyDecomposition(spread.clone().add(spread.transpose()).mul(0.5));
  const logDeterminant = 2 * cholesky.lowerTriangularMatrix.diagonal().reduce((sum, each) => sum + Math.log(each), 0);
  const { image } = await source.read(Array.from({ length: source.size }, (_, i) => i));
  let sum = 0;
  for (let n = 0; n < source.size; n++) {
    const away = Matrix.columnVector(
      Array.from(
        { length: 4 },
        (_, i) => (image?.[n * 4 + i] as number) - (centre[i] as number) - (offset[i] as number),
      ),
    );
    const distance = away.transpose().mmul(cholesky.solve(away)).get(0, 0);
    sum += -0.5 * (distance + logDeterminant + 4 * Math.log(2 * Math.PI));
  }
  return sum / source.size;
}

describe("a latent prior", () => {
  it("projects from given top states as the equations say", async () => {
    const tensors = await session.parameters.export();
    const weight = (id: string): number[] => [
      ...(tensors.get([...tensors.keys()].find((key) => key.startsWith(id)) ?? "")?.data ?? []),
    ];
    const [w1, w2] = [weight("W1"), weight("W2")];
    const { columns } = await affine();
    for (let i = 0; i < 4; i++) {
      const expected = [0, 1, 2].reduce((sum, h) => sum + (w2[h] as number) * (w1[h * 4 + i] as number), 0);
      expect(columns[0]?.[i]).toBeCloseTo(expected, 5);
    }
  });

  it("is refused where every state is predicted", async () => {
    const cycle: CircuitSpec = {
      version: 1,
      name: "cycle",
      states: { x: { shape: [2, 2, 1], observed: { data: "image" } }, z: { shape: [2] } },
      errors: { e0: { target: "x" }, e1: { target: "z" } },
      synapses: { W: { from: "z", to: "e0", kind: "dense" }, V: { from: "z", to: "e1", kind: "dense" } },
    };
    const cyclic = await createSession(cycle, { engine: "reference" });
    await expect(fitLatentPrior(cycle, cyclic, { source: images(4) })).rejects.toMatchObject({
      diagnostic: { code: "sample/no-top" },
    });
    await cyclic.dispose();
  });
});

describe("log p(x)", () => {
  const likelihood = { kind: "gaussian", deviation } as const;

  it("is that of a linear Gaussian circuit, within its own error: draws of the prior", async () => {
    const source = images(30);
    const estimate = await estimateDensity(prior, session, { source, likelihood, draws: 4000 });
    const exact = await closedForm(source);
    expect(estimate.drawError).toBeLessThan(0.1);
    expect(Math.abs(estimate.logDensity - exact)).toBeLessThan(4 * estimate.drawError);
    expect(estimate.asReleased).toBeCloseTo(estimate.logDensity + 2 * Math.log(4000), 10);
    expect(estimate.bitsPerNumber).toBeCloseTo(-estimate.logDensity / 4 / Math.LN2, 10);
  });

  it("is the same by draws around where each image settles, weighted for it", async () => {
    const source = images(12);
    const estimate = await estimateDensity(prior, session, { source, likelihood, draws: 1500, proposal: "posterior" });
    const exact = await closedForm(source);
    expect(estimate.drawError).toBeLessThan(0.1);
    expect(Math.abs(estimate.logDensity - exact)).toBeLessThan(4 * estimate.drawError);
    expect(estimate.asReleased).toBeUndefined();
  });

  it("tells its error truly: estimates from other draws scatter by it", async () => {
    const source = images(10);
    const found: { readonly logDensity: number; readonly drawError: number }[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const other: LatentPrior = { ...prior, draw: (count, from = 0) => prior.draw(count, from + seed * 10_000) };
      found.push(await estimateDensity(other, session, { source, likelihood, draws: 300 }));
    }
    const mean = found.reduce((sum, each) => sum + each.logDensity, 0) / found.length;
    const sd = Math.sqrt(found.reduce((sum, each) => sum + (each.logDensity - mean) ** 2, 0) / (found.length - 1));
    const told = found.reduce((sum, each) => sum + each.drawError, 0) / found.length;
    expect(sd / told).toBeGreaterThan(0.5);
    expect(sd / told).toBeLessThan(2);
  });

  it("says when a single draw decides", async () => {
    const narrow = { kind: "gaussian", deviation: 1e-3 } as const;
    const { effectiveDraws } = await estimateDensity(prior, session, {
      source: images(5),
      likelihood: narrow,
      draws: 50,
    });
    expect(effectiveDraws).toBeCloseTo(1, 2);
  });

  it("counts a sure Bernoulli pixel as nothing, and an unsure one as log 2", async () => {
    const certain: LatentPrior = {
      ...prior,
      project: async (tops) =>
        Float32Array.from({ length: tops.length * 2 }, (_, i) => [1, 0, 1, 0.5][i % 4] as number),
    };
    const source = arraySource("binary", { image: { shape: [2, 2, 1], data: Float32Array.of(1, 0, 1, 1) } });
    const estimate = await estimateDensity(certain, session, { source, likelihood: { kind: "bernoulli" }, draws: 7 });
    expect(estimate.logDensity).toBeCloseTo(-Math.LN2, 5);
    expect(estimate.drawError).toBeCloseTo(0, 10);
    // Every draw says the same.
    expect(estimate.effectiveDraws).toBeCloseTo(7, 8);
  });
});
