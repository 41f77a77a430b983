import type { ValueType } from "@settle/program";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Tf } from "../src/backends/backend.ts";
import { activate } from "../src/backends/backend-turn.ts";
import { cpuBackend } from "../src/backends/cpu-backend.ts";
import { wasmBackend } from "../src/backends/wasm-backend.ts";
import { Kit } from "../src/kit.ts";
import { reduction, type ReductionOptions } from "../src/reduction.ts";
import { numbers } from "./arbitrary-relation.ts";

const reductions = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    samples: fc.option(fc.integer({ min: 1, max: 4 })),
    axes: fc.subarray(shape.map((_, axis) => axis)),
    operation: fc.constantFrom("sum" as const, "max" as const),
    batch: fc.boolean(),
    keep: fc.boolean(),
  }),
);

describe.each([wasmBackend, cpuBackend])("reductions on $name", (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    const opening = await backend.open();
    if (!opening.ok) throw new Error(opening.unavailable.reason);
    tf = opening.backend.tf;
    await activate(tf, backend.tfName);
  });

  it("sum and find maxima over any axes, with or without the samples", () => {
    fc.assert(
      fc.property(reductions, ({ shape, samples, axes, batch, keep, operation }) => {
        const type: ValueType = { batch: samples !== null, shape };
        const full = [...(samples === null ? [] : [samples]), ...shape];
        const reduced = new Set([
          ...(samples !== null && batch ? [0] : []),
          ...axes.map((axis) => axis + (samples === null ? 0 : 1)),
        ]);
        const values = numbers(
          full.reduce((product, n) => product * n, 1),
          5,
        );
        const kit = new Kit(tf, backend.traits);
        const options: ReductionOptions = { operation, axes, batch, keep };
        const result = tf.tidy(() => reduction(kit, type, options)(tf.tensor(values, full)));
        const expected = new Map<string, number>();
        for (const [k, value] of values.entries()) {
          const index = full.map((n, axis) => Math.floor(k / full.slice(axis + 1).reduce((p, m) => p * m, 1)) % n);
          const key = index.map((entry, axis) => (reduced.has(axis) ? 0 : entry)).join();
          const before = expected.get(key);
          const combine = operation === "sum" ? (a: number, b: number) => a + b : Math.max;
          expected.set(key, before === undefined ? value : combine(before, value));
        }
        // Of the samples nothing is kept: they are no axis of a value's shape.
        const own = samples === null ? 0 : 1;
        const wanted = full.flatMap((n, axis) => (reduced.has(axis) ? (keep && axis >= own ? [1] : []) : [n]));
        expect(result.shape).toEqual(wanted);
        const computed = [...result.dataSync()];
        expect(computed).toHaveLength(expected.size);
        for (const [k, value] of [...expected.values()].entries()) expect(computed[k]).toBeCloseTo(value, 5);
        result.dispose();
        kit.dispose();
      }),
    );
  });
});
