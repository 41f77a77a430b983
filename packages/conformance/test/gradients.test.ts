import type { BufferId } from "@settle/program";
import type { CircuitSpec } from "@settle/spec";
import fc from "fast-check";
import { expect, test } from "vitest";

import { arbitraryCircuit } from "./arbitrary-circuit.ts";
import { type Bench, benchOf, type Numbers, stateSize } from "./circuit-bench.ts";

const epsilon = 1e-5;

/** −∂D/∂z of one sample by central differences: every entry moved both ways, each move a sample of one big batch. */
async function descent(bench: Bench, states: Numbers, buffer: BufferId): Promise<Float64Array> {
  const size = stateSize(bench.program, buffer);
  const moved: Numbers = new Map(
    [...states].map(([id, values]) => [
      id,
      Float64Array.from({ length: 2 * size * values.length }, (_, k) => values[k % values.length]!),
    ]),
  );
  const target = moved.get(buffer)!;
  for (let k = 0; k < size; k++) {
    target[2 * k * size + k]! += epsilon;
    target[(2 * k + 1) * size + k]! -= epsilon;
  }
  const total = await bench.discrepancies(moved, 2 * size);
  return Float64Array.from({ length: size }, (_, k) => -(total[2 * k]! - total[2 * k + 1]!) / (2 * epsilon));
}

function expectAgreement(got: Float64Array, wanted: Float64Array, what: string): void {
  const scale = Math.max(1, ...wanted.map(Math.abs));
  for (const [k, value] of wanted.entries()) {
    expect(Math.abs(got[k]! - value) / scale, `${what}, entry ${k}: ${got[k]} and ${value}`).toBeLessThan(1e-7);
  }
}

test("the correction of every state is −∂discrepancy/∂state, in graphs of any form", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCircuit, fc.integer({ min: 1, max: 1000 }), async (circuit, seed) => {
      const rate = 0.125;
      const bench = await benchOf({ ...circuit, settle: { rate } }, seed);
      const states = bench.states(1);
      const next = await bench.settle(states, 1, 1);
      for (const { id, buffer } of bench.program.states) {
        const before = states.get(buffer)!;
        const correction = next.get(buffer)!.map((value, k) => (value - before[k]!) / rate);
        const clamped = circuit.states[id]?.observed !== undefined;
        const wanted = clamped ? before.map(() => 0) : await descent(bench, states, buffer);
        expectAgreement(correction, wanted, `correction of ${id}`);
      }
    }),
    { numRuns: 60 },
  );
});

test("what every parameter learns is −∂discrepancy/∂parameter, averaged over the batch", async () => {
  const batch = 3;
  await fc.assert(
    fc.asyncProperty(arbitraryCircuit, fc.integer({ min: 1, max: 1000 }), async (circuit, seed) => {
      const spec: CircuitSpec = { ...circuit, learn: { rule: "sgd", rate: 1 } };
      const bench = await benchOf(spec, seed);
      const { program, executable } = bench;
      const at = bench.states(batch);
      const meanDiscrepancy = async (): Promise<number> =>
        (await bench.discrepancies(at, batch)).reduce((a, b) => a + b) / batch;
      const parameters = program.buffers.filter(({ role, stream }) => role === "parameter" && stream !== undefined);
      const wanted: (readonly [BufferId, number, number])[] = [];
      for (const { id } of parameters) {
        const own = Float64Array.from(await executable.read(id));
        for (let k = 0; k < own.length; k += Math.max(1, Math.floor(own.length / 4))) {
          await executable.write(id, own.with(k, own[k]! + epsilon));
          const above = await meanDiscrepancy();
          await executable.write(id, own.with(k, own[k]! - epsilon));
          const below = await meanDiscrepancy();
          wanted.push([id, k, -(above - below) / (2 * epsilon)]);
        }
        await executable.write(id, own);
      }
      await bench.discrepancies(at, batch);
      await executable.run({ batch, schedule: [{ phase: "accumulate" }] });
      for (const { id } of parameters)
        await executable.write(
          id,
          (await executable.read(id)).map(() => 0),
        );
      await executable.run({
        batch,
        schedule: [{ phase: "apply" }],
        inputs: new Map([
          [program.learn.rateInput, Float64Array.of(1)],
          [program.learn.countInput, Float64Array.of(batch)],
        ]),
      });
      const scale = Math.max(1, ...wanted.map(([, , value]) => Math.abs(value)));
      for (const [id, k, value] of wanted) {
        const got = (await executable.read(id))[k]!;
        expect(Math.abs(got - value) / scale, `Δ ${id}[${k}]: ${got} and ${value}`).toBeLessThan(1e-7);
      }
    }),
    { numRuns: 40 },
  );
});

test("the discrepancy never rises while such a circuit settles at a small rate", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCircuit, fc.integer({ min: 1, max: 1000 }), async (circuit, seed) => {
      const bench = await benchOf({ ...circuit, settle: { rate: 0.004 } }, seed);
      let states = bench.states(2);
      let before = await bench.discrepancies(states, 2);
      for (let round = 0; round < 6; round++) {
        states = await bench.settle(states, 2, 3);
        const after = await bench.discrepancies(states, 2);
        for (const [n, value] of after.entries()) expect(value).toBeLessThanOrEqual(before[n]! * (1 + 1e-12));
        before = after;
      }
    }),
    { numRuns: 60 },
  );
});

test("samples never influence one another: a batch gives each of its samples the bits it gets alone", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCircuit, async (circuit) => {
      const bench = await benchOf(circuit);
      const states = bench.states(3);
      const together = await bench.settle(states, 3, 4);
      for (let n = 0; n < 3; n++) {
        const slice = (numbers: Numbers): Numbers =>
          new Map(
            [...numbers].map(([id, values]) => [
              id,
              values.slice((n * values.length) / 3, ((n + 1) * values.length) / 3),
            ]),
          );
        expect(await bench.settle(slice(states), 1, 4)).toEqual(slice(together));
      }
    }),
    { numRuns: 30 },
  );
});
