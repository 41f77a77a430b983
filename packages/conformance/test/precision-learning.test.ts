/** Learned precisions against the likelihood they climb, and against the covariance they should come to. */
import type { BufferId } from "@settle/program";
import type { CircuitSpec, PrecisionSpec } from "@settle/spec";
import { describe, expect, test } from "vitest";
import { type Bench, benchOf, type Numbers } from "./circuit-bench.ts";

const id = "precision:e" as BufferId;

function circuit(shape: readonly number[], precision: PrecisionSpec): CircuitSpec {
  return {
    version: 1,
    name: "learned",
    states: { x: { shape, observed: { data: "image" } }, z: { shape: [2] } },
    errors: { e: { target: "x", precision } },
    synapses: { w: { from: "z", to: "e", kind: "dense" } },
    learn: { rule: "sgd" },
  };
}

/** The mean of what one sample's errors cost under Σ = R·Rᵀ, its log determinant included. */
async function cost(bench: Bench, at: Numbers, batch: number, sites: number, own: readonly number[]): Promise<number> {
  const mean = (await bench.discrepancies(at, batch)).reduce((a, b) => a + b) / batch;
  return mean + sites * own.reduce((sum, deviation) => sum + Math.log(deviation), 0);
}

/** Entries of σ or of R that are learned, and those whose logarithms make the determinant. */
function entriesOf(kind: PrecisionSpec["kind"], size: number): { readonly all: number[]; readonly diagonal: number[] } {
  const every = Array.from({ length: size }, (_, k) => k);
  if (kind !== "full") return { all: every, diagonal: every };
  const n = Math.sqrt(size);
  return {
    all: every.filter((k) => k % n <= Math.floor(k / n)),
    diagonal: every.filter((k) => k % n === Math.floor(k / n)),
  };
}

async function update(bench: Bench, at: Numbers, batch: number, rate: number): Promise<Float64Array> {
  const { program, executable } = bench;
  await bench.discrepancies(at, batch);
  const inputs = new Map([
    [program.learn.rateInput, Float64Array.of(rate)],
    [program.learn.countInput, Float64Array.of(batch)],
  ]);
  await executable.run({ batch, schedule: [{ phase: "accumulate" }] });
  await executable.run({ batch, schedule: [{ phase: "apply" }], inputs });
  return Float64Array.from(await executable.read(id));
}

const shapes = [[4], [2, 3, 4]] as const;
const kinds = ["scalar", "diagonal", "channel", "full"] as const;
const cases = shapes.flatMap((shape) =>
  kinds
    .filter((kind) => kind !== "channel" || shape.length === 3)
    .flatMap((kind) => (["whiten", "weigh"] as const).map((apply) => ({ kind, apply, shape }))),
);

describe("what a precision learns", () => {
  test.each(cases)("is the slope of the likelihood: $kind, $apply, of $shape", async ({ kind, apply, shape }) => {
    const batch = 3;
    const bench = await benchOf(circuit(shape, { kind, apply, learn: { floor: 1e-6 } }));
    const at = bench.states(batch);
    const { executable } = bench;
    const size = (await executable.read(id)).length;
    const { all, diagonal } = entriesOf(kind, size);
    const own = Float64Array.from({ length: size }, (_, k) =>
      diagonal.includes(k) ? 1 + 0.1 * (k % 5) : all.includes(k) ? 0.2 * Math.sin(k) : 0,
    );
    const entries = shape.reduce<number>((product, n) => product * n, 1);
    const sites = kind === "scalar" ? entries : kind === "diagonal" ? 1 : entries / shape.at(-1)!;
    const costWith = async (values: Float64Array): Promise<number> => {
      await executable.write(id, values);
      return cost(
        bench,
        at,
        batch,
        sites,
        diagonal.map((k) => values[k]!),
      );
    };
    const wanted: number[] = [];
    for (const k of all) {
      const [above, below] = [await costWith(own.with(k, own[k]! + 1e-5)), await costWith(own.with(k, own[k]! - 1e-5))];
      wanted.push(-(above - below) / 2e-5);
    }
    await executable.write(id, own);
    const next = await update(bench, at, batch, 1e-3);
    const scale = Math.max(1, ...wanted.map(Math.abs));
    all.forEach((k, index) => {
      expect(Math.abs((next[k]! - own[k]!) / 1e-3 - wanted[index]!) / scale).toBeLessThan(1e-7);
    });
    for (const [k, value] of next.entries()) if (!all.includes(k)) expect(value).toBe(0);
  });

  test("comes to the covariance of the errors where nothing else learns", async () => {
    const batch = 12;
    const bench = await benchOf(circuit([3], { kind: "full", sigma: 0.7, learn: { floor: 1e-4 } }));
    const at = bench.states(batch);
    const x = at.get("x" as BufferId)!;
    let factor: Float64Array = new Float64Array();
    for (let k = 0; k < 4000; k++) {
      await bench.executable.write("w" as BufferId, new Float64Array(6));
      factor = await update(bench, at, batch, 0.02);
    }
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let learned = 0;
        for (let k = 0; k < 3; k++) learned += factor[3 * i + k]! * factor[3 * j + k]!;
        let sample = 0;
        for (let n = 0; n < batch; n++) sample += (x[3 * n + i]! * x[3 * n + j]!) / batch;
        expect(Math.abs(learned - sample)).toBeLessThan(1e-6);
      }
    }
  });

  test("stays positive definite and above its floor, whatever the steps", async () => {
    const bench = await benchOf(circuit([4], { kind: "full", learn: { floor: 0.25 } }));
    for (let k = 0; k < 30; k++) {
      const factor = await update(bench, bench.states(3 + (k % 2)), 3 + (k % 2), k % 3 === 0 ? 50 : 0.5);
      expect(factor.every(Number.isFinite)).toBe(true);
      for (let i = 0; i < 4; i++) {
        expect(factor[5 * i]).toBeGreaterThanOrEqual(0.5);
        for (let j = i + 1; j < 4; j++) expect(factor[4 * i + j]).toBe(0);
        const variance = Array.from({ length: 4 }, (_, j) => factor[4 * i + j]! ** 2).reduce((a, b) => a + b);
        expect(variance).toBeGreaterThanOrEqual(0.25);
      }
    }
  });
});
