import type { BufferId, Program } from "@settle/program";
import type { Executable, NumberArray } from "@settle/runtime";
import { beforeEach, expect, test } from "vitest";

import { referenceEngine } from "../src/index.ts";
import { handWrittenProgram, id } from "./hand-written-program.ts";

const W = [
  [0.5, -1, 0.25],
  [1, 0.5, -0.75],
];
const X = [
  [1, 2, 3],
  [-1, 0.5, 0],
];
const Z = [
  [0.1, -0.2],
  [0.4, 0.3],
];
const flat = (rows: number[][]): Float64Array => Float64Array.from(rows.flat());
const inputs = new Map<BufferId, NumberArray>([
  [id("data:x"), flat(X)],
  [id("noise:z"), flat(Z)],
]);

/** The same circuit on nested arrays. */
const predict = (z: number[], w = W): number[] => [0, 1, 2].map((o) => z.reduce((s, zi, i) => s + zi * w[i]![o]!, 0));
const errorOf = (n: number, z: number[], w = W): number[] => predict(z, w).map((mu, o) => X[n]![o]! - mu);
const settled = (steps: number): number[][] =>
  Z.map((start, n) => {
    let z = start;
    for (let t = 0; t < steps; t++) {
      const e = errorOf(n, z);
      z = z.map((zi, i) => zi + 0.1 * e.reduce((s, eo, o) => s + eo * W[i]![o]!, 0));
    }
    return z;
  });
const expectClose = (got: NumberArray | undefined, want: number[]): void => {
  expect(got?.length).toBe(want.length);
  for (const [k, value] of want.entries()) expect(got?.[k]).toBeCloseTo(value, 13);
};

let executable: Executable;
beforeEach(async () => {
  executable = await referenceEngine.load(handWrittenProgram);
  await executable.write(id("W"), flat(W));
});

test("it is always there, computes in float64 and promises the same bits", async () => {
  expect(await referenceEngine.probe()).toMatchObject({ available: true });
  expect(executable.info).toMatchObject({ name: "reference", dtype: "float64", deterministic: true });
});

test("a schedule starts, steps and reads out as the circuit written on nested arrays does", async () => {
  const out = await executable.run({
    batch: 2,
    schedule: [{ phase: "start" }, { phase: "step", times: 3 }, { phase: "readout" }],
    inputs,
    outputs: [id("z"), id("prediction:e"), id("error-of:e"), id("discrepancy:e")],
  });
  const z = settled(3);
  expectClose(out.get(id("z")), z.flat());
  expectClose(
    out.get(id("prediction:e")),
    z.flatMap((zn) => predict(zn)),
  );
  const errors = z.map((zn, n) => errorOf(n, zn));
  expectClose(out.get(id("error-of:e")), errors.flat());
  expectClose(
    out.get(id("discrepancy:e")),
    errors.map((e) => 0.5 * e.reduce((s, v) => s + v * v, 0)),
  );
});

test("states stay between runs of the same batch, so a split schedule ends at the same bits", async () => {
  const whole = await executable.run({
    batch: 2,
    schedule: [{ phase: "start" }, { phase: "step", times: 5 }],
    inputs,
    outputs: [id("z")],
  });
  await executable.run({ batch: 2, schedule: [{ phase: "start" }, { phase: "step", times: 2 }] });
  const split = await executable.run({ batch: 2, schedule: [{ phase: "step", times: 3 }], outputs: [id("z")] });
  expect(split).toEqual(whole);
});

test("a state can be written instead of started", async () => {
  const out = await executable.run({
    batch: 2,
    schedule: [{ phase: "step" }],
    inputs: new Map([
      [id("x"), flat(X)],
      [id("z"), flat(Z)],
    ]),
    outputs: [id("z")],
  });
  expectClose(out.get(id("z")), settled(1).flat());
});

test("accumulate adds up over runs, apply moves the weights by rate times the mean and empties the sums", async () => {
  const learn = [{ phase: "start" }, { phase: "readout" }, { phase: "accumulate" }] as const;
  await executable.run({ batch: 2, schedule: learn, inputs });
  await executable.run({ batch: 2, schedule: learn });
  await executable.write(id("count"), Float64Array.of(4));
  const out = await executable.run({ batch: 1, schedule: [{ phase: "apply" }], outputs: [id("W"), id("sum:W")] });
  const moved = W.map((row, i) =>
    row.map((wio, o) => wio + 0.5 * (Z.reduce((s, z, n) => s + z[i]! * errorOf(n, z)[o]!, 0) / 2)),
  );
  expectClose(out.get(id("W")), moved.flat());
  expectClose(out.get(id("sum:W")), [0, 0, 0, 0, 0, 0]);
  expectClose(await executable.read(id("z")), Z.flat());
});

test("reads happen before writes: two buffers can change places", async () => {
  const { step } = handWrittenProgram.phases;
  const swap: Program = {
    ...handWrittenProgram,
    phases: {
      ...handWrittenProgram.phases,
      step: {
        ...step,
        instructions: [],
        reads: step.reads.map((read) => ({ ...read, buffer: id(read.value === 0 ? "x" : "data:x") })).slice(0, 2),
        writes: [
          { buffer: id("x"), value: step.reads[1]!.value },
          { buffer: id("data:x"), value: step.reads[0]!.value },
        ],
      },
    },
  };
  const swapper = await referenceEngine.load(swap);
  const out = await swapper.run({
    batch: 1,
    schedule: [{ phase: "step" }],
    inputs: new Map([
      [id("x"), Float64Array.of(1, 2, 3)],
      [id("data:x"), Float64Array.of(4, 5, 6)],
    ]),
    outputs: [id("x"), id("data:x")],
  });
  expect([...out.values()].map((values) => [...values])).toEqual([
    [4, 5, 6],
    [1, 2, 3],
  ]);
});

test("a buffer with a constant or listed start holds it after loading; the others hold zeros", async () => {
  const listed: Program = {
    ...handWrittenProgram,
    buffers: handWrittenProgram.buffers.map((buffer) =>
      buffer.id === id("sum:W") ? { ...buffer, initial: { kind: "values", values: [1, 2, 3, 4, 5, 6] } } : buffer,
    ),
  };
  const fresh = await referenceEngine.load(listed);
  expectClose(await fresh.read(id("sum:W")), [1, 2, 3, 4, 5, 6]);
  expectClose(await fresh.read(id("rate")), [0.5]);
  expectClose(await fresh.read(id("W")), [0, 0, 0, 0, 0, 0]);
});

test("what the host passes in and gets out is copied, never shared", async () => {
  const data = flat(X);
  const mine = new Map(inputs).set(id("data:x"), data);
  const first = await executable.run({ batch: 2, schedule: [{ phase: "start" }], inputs: mine, outputs: [id("x")] });
  data.fill(9);
  first.get(id("x"))?.fill(9);
  expectClose(await executable.read(id("x")), X.flat());
});

test("an array of the wrong size is a diagnostic that names the buffer, what it expected and what it got", async () => {
  const wrong = new Map(inputs).set(id("data:x"), new Float64Array(7));
  await expect(executable.run({ batch: 2, schedule: [{ phase: "start" }], inputs: wrong })).rejects.toMatchObject({
    diagnostic: {
      code: "engine/shape-mismatch",
      message: 'Buffer "data:x" (the data:x of the example) is [N, 3]: it expected 6 numbers for 2 samples and got 7.',
    },
  });
  await expect(executable.write(id("W"), new Float64Array(5))).rejects.toThrow("engine/shape-mismatch");
});

test.each([0, -1, 1.5, Number.NaN])("%d samples are refused", async (batch) => {
  await expect(executable.run({ batch, schedule: [{ phase: "step" }] })).rejects.toThrow("engine/shape-mismatch");
});

test("data of another number of samples are forgotten, and asked for by name", async () => {
  await executable.run({ batch: 2, schedule: [{ phase: "start" }], inputs });
  await expect(executable.run({ batch: 3, schedule: [{ phase: "start" }] })).rejects.toThrow(
    /engine\/missing-input.*"data:x".*"noise:z"/,
  );
});

test("a buffer that does not exist is named", async () => {
  await expect(executable.read(id("z9"))).rejects.toThrow('no buffer "z9"');
});

test("an instruction from a newer compiler is refused by name", async () => {
  const { step } = handWrittenProgram.phases;
  const newer = { ...handWrittenProgram, phases: { ...handWrittenProgram.phases, step: { ...step } } };
  newer.phases.step.instructions = [{ kind: "teleport", out: 0 } as never];
  await expect(referenceEngine.load(newer)).rejects.toThrow(
    'engine/unsupported: The reference engine does not know the instruction "teleport"',
  );
});

test("an aborted signal stops a long settle with its reason, at the end of a whole step", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 5);
  const run = executable.run({
    batch: 2,
    schedule: [{ phase: "start" }, { phase: "step", times: 100_000_000 }],
    inputs,
    signal: controller.signal,
  });
  await expect(run).rejects.toBe(reason);
  expect((await executable.read(id("z"))).every((value) => Number.isFinite(value))).toBe(true);
});

test("a signal that was aborted before the run leaves everything as it was", async () => {
  await executable.run({ batch: 2, schedule: [{ phase: "start" }], inputs });
  const signal = AbortSignal.abort(new Error("never mind"));
  await expect(executable.run({ batch: 3, schedule: [{ phase: "step" }], inputs: new Map(), signal })).rejects.toThrow(
    "never mind",
  );
  expectClose(await executable.read(id("z")), Z.flat());
});

test("calls made at once are done one after the other", async () => {
  const run = executable.run({ batch: 2, schedule: [{ phase: "start" }, { phase: "step", times: 3 }], inputs });
  const zeroed = executable.write(id("W"), new Float64Array(6));
  const z = executable.read(id("z"));
  await Promise.all([run, zeroed]);
  expectClose(await z, settled(3).flat());
});

test("after dispose nothing works any more", async () => {
  await executable.dispose();
  await expect(executable.read(id("z"))).rejects.toThrow("disposed");
});
