import type { CircuitSpec } from "@settle/spec";
import { expect, test } from "vitest";

import { benchOf } from "./circuit-bench.ts";

const sizes = { x: 6, z1: 4, z2: 3 };
const leak = 0.05;
const linear: CircuitSpec = {
  version: 1,
  name: "linear",
  states: {
    x: { shape: [sizes.x], observed: { data: "image" } },
    z1: { shape: [sizes.z1] },
    z2: { shape: [sizes.z2], prior: { kind: "gaussian", strength: 0.1 } },
  },
  errors: {
    e0: { target: "x", bias: true, precision: { kind: "scalar", sigma: 0.5, apply: "weigh" } },
    e1: { target: "z1", bias: true },
  },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "dense", coefficient: 0.5 },
    W2: { from: "z2", to: "e1", kind: "dense" },
    skip: { from: "z2", to: "e0", kind: "dense" },
  },
  settle: { rate: 0.1, leak: { rate: leak, scaled: true } },
};

type Matrix = readonly (readonly number[])[];

/** Solves A y = b by Gauss–Jordan elimination with row pivoting. */
function solve(matrix: Matrix, right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.reduce(
      (best, row, i) => (i >= column && Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? i : best),
      column,
    );
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const own = rows[column]!;
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = row[column]! / own[column]!;
      for (let k = column; k < row.length; k++) row[k]! -= factor * own[k]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

test("a linear circuit settles to the solution of its normal equations", async () => {
  const bench = await benchOf(linear);
  const start = bench.states(1);
  const settled = await bench.settle(start, 1, 3000);
  const read = async (id: string): Promise<Float64Array> =>
    Float64Array.from(await bench.executable.read(bench.program.buffers.find((buffer) => buffer.id === id)!.id));
  const rows = (values: Float64Array, columns: number): Matrix =>
    Array.from({ length: values.length / columns }, (_, i) =>
      Array.from(values.subarray(i * columns, (i + 1) * columns)),
    );
  const W1 = rows(await read("W1"), sizes.x).map((row) => row.map((w) => 0.5 * w));
  const W2 = rows(await read("W2"), sizes.z1);
  const S = rows(await read("skip"), sizes.x);
  const [b0, b1] = [await read("bias:e0"), await read("bias:e1")];
  const x = start.get(bench.program.states.find(({ id }) => id === "x")!.buffer)!;

  // With y = (z1, z2) the two errors are J y − r, x weighed by 1/σ² = 4; leak and prior add to the diagonal. At rest
  // Jᵀ P (J y − r) + D y = 0.
  const n = sizes.z1 + sizes.z2;
  const J: number[][] = [];
  const r: number[] = [];
  const P: number[] = [];
  for (let o = 0; o < sizes.x; o++) {
    J.push([...W1.map((row) => row[o]!), ...S.map((row) => row[o]!)]);
    r.push(x[o]! - b0[o]!);
    P.push(4);
  }
  for (let o = 0; o < sizes.z1; o++) {
    J.push([...W1.map((_, i) => (i === o ? -1 : 0)), ...W2.map((row) => row[o]!)]);
    r.push(-b1[o]!);
    P.push(1);
  }
  const D = Array.from({ length: n }, (_, i) => leak + (i < sizes.z1 ? 0 : 0.2));
  const A = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_unused, j) =>
      J.reduce((sum, row, k) => sum + P[k]! * row[i]! * row[j]!, i === j ? D[i]! : 0),
    ),
  );
  const right = Array.from({ length: n }, (_, i) => J.reduce((sum, row, k) => sum + P[k]! * row[i]! * r[k]!, 0));
  const wanted = solve(A, right);

  const latent = ["z1", "z2"].flatMap((id) => [
    ...settled.get(bench.program.states.find((state) => state.id === id)!.buffer)!,
  ]);
  expect(latent).toHaveLength(n);
  for (const [k, value] of wanted.entries()) expect(latent[k]).toBeCloseTo(value, 10);
});
