import { createHash } from "node:crypto";
import type { Buffer, BufferId, InitialLaw } from "@settle/program";
import { describe, expect, test } from "vitest";
import {
  initialValues,
  type NoiseKey,
  permutation,
  randomStream,
  sampleNormals,
  sampleUniforms,
} from "../src/index.ts";

/** xoroshiro128+ (24, 16, 37) in 64-bit integers, seeded from Node's own SHA-256: nothing shared with the source. */
function independentWords({ seed, stream, epoch = 0, sample = 0 }: NoiseKey): () => bigint {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, stream, epoch, sample]))
    .digest();
  const word = (offset: number): bigint => BigInt(digest.readUInt32LE(offset));
  const mask = (1n << 64n) - 1n;
  const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & mask;
  let s0 = (word(0) << 32n) | word(4);
  let s1 = (word(8) << 32n) | word(12);
  return () => {
    const sum = (s0 + s1) & mask;
    s1 ^= s0;
    s0 = rotate(s0, 24n) ^ s1 ^ ((s1 << 16n) & mask);
    s1 = rotate(s1, 37n);
    return sum & 0xffffffffn;
  };
}

const key: NoiseKey = { seed: 1234, stream: "start/z4", epoch: 3, sample: 17 };

describe("a random stream", () => {
  test("is xoroshiro128+ seeded with the SHA-256 of its key", () => {
    const next = independentWords(key);
    const stream = randomStream(key);
    for (let i = 0; i < 100; i++) {
      const high = Number(next() & 0x3ffffffn);
      const low = Number(next() & 0x7ffffffn);
      expect(stream.uniform()).toBe((high * 2 ** 27 + low) / 2 ** 53);
    }
  });

  test.each([
    { ...key, seed: 1235 },
    { ...key, stream: "start/z3" },
    { ...key, epoch: 4 },
    { ...key, sample: 18 },
  ])("changes with every part of its key: %o", (other) => {
    expect(randomStream(other).uniform()).not.toBe(randomStream(key).uniform());
  });

  test("keeps apart keys whose parts spell the same text when joined", () => {
    const a = randomStream({ seed: 1, stream: "z", epoch: 11, sample: 1 }).uniform();
    const b = randomStream({ seed: 1, stream: "z", epoch: 1, sample: 11 }).uniform();
    const c = randomStream({ seed: 1, stream: 'z",1', epoch: 1, sample: 1 }).uniform();
    expect(new Set([a, b, c]).size).toBe(3);
  });

  test("refuses a seed that is not an integer", () => {
    expect(() => randomStream({ seed: 0.5, stream: "z" })).toThrow("noise/bad-seed");
    expect(() => randomStream({ seed: Number.NaN, stream: "z" })).toThrow("noise/bad-seed");
    expect(() => randomStream({ seed: 2 ** 53, stream: "z" })).toThrow("noise/bad-seed");
  });
});

describe("normal noise", () => {
  test("keeps these values, or every published seed would mean something else", () => {
    expect([...sampleNormals({ seed: 1, stream: "start/z4", epoch: 2, samples: [0, 7] }, 3)]).toMatchInlineSnapshot(`
      [
        0.8656911849975586,
        -0.9929623603820801,
        2.4330790042877197,
        0.60111004114151,
        0.6933674812316895,
        0.9810643196105957,
      ]
    `);
    expect([...sampleUniforms({ seed: 1, stream: "start/z4", epoch: 2, samples: [0, 7] }, 3)]).toMatchInlineSnapshot(`
      [
        0.25577765703201294,
        0.7129195928573608,
        0.47320228815078735,
        0.8060728311538696,
        0.7653477191925049,
        0.7685127258300781,
      ]
    `);
    expect([...permutation({ seed: 1, stream: "shuffle", epoch: 1 }, 12)]).toMatchInlineSnapshot(`
      [
        8,
        0,
        11,
        6,
        3,
        9,
        7,
        2,
        4,
        10,
        1,
        5,
      ]
    `);
  });

  test("gives a sample the same numbers in whatever batch it appears", () => {
    const together = sampleNormals({ seed: 9, stream: "n", epoch: 1, samples: [4, 8, 15, 16] }, 5);
    const apart = sampleNormals({ seed: 9, stream: "n", epoch: 1, samples: [15] }, 5);
    expect(together.subarray(10, 15)).toEqual(apart);
  });

  test("begins alike however many numbers are drawn", () => {
    const few = sampleNormals({ seed: 9, stream: "n", samples: [3] }, 4);
    const many = sampleNormals({ seed: 9, stream: "n", samples: [3] }, 40);
    expect(many.subarray(0, 4)).toEqual(few);
  });

  test("has the moments of the standard normal distribution, within five standard errors", () => {
    const n = 200_000;
    const samples = Array.from({ length: n / 100 }, (_, i) => i);
    const draws = sampleNormals({ seed: 42, stream: "moments", samples }, 100);
    const moment = (power: number): number => draws.reduce((sum, x) => sum + x ** power, 0) / n;
    // The variances of x, x², x³, x⁴ are 1, 2, 15 and 96.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  test("does not correlate between neighbouring samples, epochs or streams", () => {
    const n = 20_000;
    const draw = (stream: string, epoch: number, sample: number): Float32Array =>
      sampleNormals({ seed: 3, stream, epoch, samples: [sample] }, n);
    const base = draw("a", 1, 1);
    for (const other of [draw("a", 1, 2), draw("a", 2, 1), draw("b", 1, 1)]) {
      const correlation = base.reduce((sum, x, i) => sum + x * other[i]!, 0) / n;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(n));
    }
  });
});

test("uniform noise fills [0, 1] evenly", () => {
  const n = 100_000;
  const draws = sampleUniforms({ seed: 8, stream: "u", samples: [0] }, n);
  const bins = Array.from({ length: 10 }, () => 0);
  for (const x of draws) bins[Math.min(9, Math.floor(x * 10))]! += 1;
  // χ² with 9 degrees of freedom stays below 33.7 in all but one of 10,000 cases.
  const chiSquare = bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
  expect(chiSquare).toBeLessThan(33.7);
});

describe("a permutation", () => {
  test("holds every index once", () => {
    const order = permutation({ seed: 2, stream: "shuffle", epoch: 1 }, 1000);
    expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test("differs from epoch to epoch", () => {
    const first = permutation({ seed: 2, stream: "shuffle", epoch: 1 }, 1000);
    expect(permutation({ seed: 2, stream: "shuffle", epoch: 2 }, 1000)).not.toEqual(first);
  });

  test("brings every order of three about equally often", () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const order = permutation({ seed: 2, stream: "shuffle", epoch }, 3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 5 degrees of freedom, one case in 10,000.
    expect(counts.size).toBe(6);
    expect(chiSquare).toBeLessThan(25.7);
  });

  test("of nothing is empty", () => {
    expect(permutation({ seed: 2, stream: "shuffle" }, 0)).toHaveLength(0);
  });
});

describe("initial values", () => {
  const parameter = (initial?: InitialLaw, stream?: string): Buffer => ({
    id: "W1" as BufferId,
    role: "parameter",
    type: { batch: false, shape: [40, 50] },
    description: "weights of W1",
    ...(initial && { initial }),
    ...(stream !== undefined && { stream }),
  });

  test("follow their normal law", () => {
    const values = initialValues(parameter({ kind: "normal", mean: 0.5, std: 0.1 }), 1);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan((5 * 0.1) / Math.sqrt(values.length));
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 2);
  });

  test("follow their uniform law", () => {
    const values = initialValues(parameter({ kind: "uniform", low: -2, high: 4 }), 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThanOrEqual(4);
    expect(Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length - 1)).toBeLessThan(0.2);
  });

  test("are the constant, or zero without a law", () => {
    expect(new Set(initialValues(parameter({ kind: "constant", value: 3 }), 1))).toEqual(new Set([3]));
    expect(new Set(initialValues(parameter(), 1))).toEqual(new Set([0]));
  });

  test("may be given one by one, all of them", () => {
    const values = Array.from({ length: 2000 }, (_, i) => i);
    expect([...initialValues(parameter({ kind: "values", values }), 1)]).toEqual(values);
    expect(() => initialValues(parameter({ kind: "values", values: [1] }), 1)).toThrow("W1 has 2000 numbers");
  });

  test("come from the stream init/<buffer> unless the buffer names another", () => {
    const law = { kind: "normal", mean: 0, std: 1 } as const;
    expect(initialValues(parameter(law), 1)).toEqual(initialValues(parameter(law, "init/W1"), 1));
    expect(initialValues(parameter(law), 1)).not.toEqual(initialValues(parameter(law, "init/E1"), 1));
    expect(initialValues(parameter(law), 1)).toEqual(sampleNormals({ seed: 1, stream: "init/W1", samples: [0] }, 2000));
  });
});
