import { type BufferId, sizeOf, verifyProgram } from "@settle/program";
import type { Executable, NumberArray } from "@settle/runtime";
import { beforeAll, describe, expect, it } from "vitest";
import { importTf } from "../src/backends/import-tf.ts";
import { tfjsEngines } from "../src/tfjs-engines.ts";
import { numbers } from "./arbitrary-relation.ts";
import { bruteForce } from "./brute-force.ts";
import { deconvolution, id, smallProgram } from "./small-program.ts";

const engineNamed = (name: string) => tfjsEngines.find((engine) => engine.name === name)!;
const imageSize = 6 * 6 * 2;
const mapSize = 3 * 3 * 4;
const weightSize = sizeOf([3, 3, 2, 4]);

const dataFor = (batch: number, seed = 1): Map<BufferId, NumberArray> =>
  new Map([
    [id("data:x"), numbers(batch * imageSize, seed)],
    [id("noise:z"), numbers(batch * mapSize, seed + 1)],
  ]);

const settleSchedule = (times: number) => [{ phase: "start" }, { phase: "step", times }, { phase: "readout" }] as const;
const everything = ["z", "prediction", "error", "discrepancy"].map(id);

async function loaded(name: string): Promise<Executable> {
  const executable = await engineNamed(name).load(smallProgram);
  await executable.write(id("W"), numbers(weightSize, 7));
  return executable;
}

/** The same settle in float64, contraction by contraction. */
function byHand(batch: number, steps: number): { z: Float64Array; error: Float64Array } {
  const inputs = dataFor(batch);
  const weight = numbers(weightSize, 7);
  const x = inputs.get(id("data:x"))!;
  let z = Float64Array.from(inputs.get(id("noise:z"))!, (noise) => 0.5 + 0.05 * noise);
  const errorOf = (state: Float64Array): Float64Array => {
    const pre = Float32Array.from(state, (entry) => (entry > 0 ? entry : 0.2 * entry));
    const mean = bruteForce(deconvolution, "post", { pre, post: pre, weight }, batch);
    return mean.map((entry, k) => x[k]! - entry - 0.25);
  };
  for (let k = 0; k < steps; k++) {
    const post = Float32Array.from(errorOf(z));
    const sent = bruteForce(deconvolution, "pre", { pre: post, post, weight }, batch);
    z = z.map((entry, i) => entry + 0.1 * sent[i]! - 0.01 * entry);
  }
  return { z, error: errorOf(z) };
}

it("is tested with a sound Program", () => {
  expect(verifyProgram(smallProgram)).toEqual([]);
});

it("imports nothing of tfjs before an engine is probed or loaded", async () => {
  const { readFile, readdir } = await import("node:fs/promises");
  const folder = new URL("../src/", import.meta.url);
  const eager: string[] = [];
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const text = await readFile(new URL(file, folder), "utf8");
    if (/^import (?!type)[^;]*"@tensorflow/m.test(text)) eager.push(file);
  }
  expect(eager).toEqual([]);
});

describe.each(["tfjs:wasm", "tfjs:cpu"])("an executable of %s", (name) => {
  let tf: Awaited<ReturnType<typeof importTf>>;
  beforeAll(async () => {
    await engineNamed(name).probe();
    tf = await importTf();
  });

  it("settles as the equations say", async () => {
    const executable = await loaded(name);
    const results = await executable.run({
      batch: 3,
      schedule: settleSchedule(5),
      inputs: dataFor(3),
      outputs: everything,
    });
    const { z, error } = byHand(3, 5);
    for (const [k, value] of z.entries()) expect(results.get(id("z"))![k]).toBeCloseTo(value, 5);
    for (const [k, value] of error.entries()) expect(results.get(id("error"))![k]).toBeCloseTo(value, 5);
    for (let n = 0; n < 3; n++) {
      const own = error.subarray(n * imageSize, (n + 1) * imageSize);
      expect(results.get(id("discrepancy"))![n]).toBeCloseTo(
        own.reduce((sum, e) => sum + 0.5 * e * e, 0),
        4,
      );
    }
    await executable.dispose();
  });

  it("learns from sums over the samples, and settles with the new parameters", async () => {
    const executable = await loaded(name);
    await executable.run({ batch: 2, schedule: [...settleSchedule(2), { phase: "accumulate" }], inputs: dataFor(2) });
    const { z, error } = byHand(2, 2);
    const given = {
      pre: Float32Array.from(z, (entry) => (entry > 0 ? entry : 0.2 * entry)),
      post: Float32Array.from(error),
      weight: numbers(weightSize, 7),
    };
    const gradient = bruteForce(deconvolution, "weight", given, 2);
    const summed = await executable.read(id("sum:W"));
    for (const [k, value] of gradient.entries()) expect(summed[k]).toBeCloseTo(value, 4);
    const inputs = new Map([[id("count"), Float64Array.of(2)]]);
    const before = await executable.run({ batch: 2, schedule: [{ phase: "readout" }], outputs: [id("discrepancy")] });
    await executable.run({ batch: 2, schedule: [{ phase: "apply" }], inputs });
    const moved = await executable.read(id("W"));
    for (const [k, value] of gradient.entries()) {
      expect(moved[k]).toBeCloseTo(numbers(weightSize, 7)[k]! + (0.5 * value) / 2, 4);
    }
    expect((await executable.read(id("sum:W"))).every((entry) => entry === 0)).toBe(true);
    const after = await executable.run({ batch: 2, schedule: [{ phase: "readout" }], outputs: [id("discrepancy")] });
    expect(after).not.toEqual(before);
    await executable.dispose();
  });

  it("holds no more tensors after many runs than after one, and none after it is disposed of", async () => {
    const before = tf.memory().numTensors;
    const executable = await loaded(name);
    const cycle = async (batch: number): Promise<void> => {
      await executable.run({
        batch,
        schedule: [...settleSchedule(3), { phase: "accumulate" }],
        inputs: dataFor(batch),
      });
      await executable.run({
        batch,
        schedule: [{ phase: "apply" }],
        inputs: new Map([[id("count"), Float64Array.of(2)]]),
      });
      await executable.run({ batch, schedule: settleSchedule(1), inputs: dataFor(batch), outputs: everything });
    };
    await cycle(2);
    await cycle(3);
    const settled = tf.memory().numTensors;
    for (let k = 0; k < 20; k++) await cycle(2 + (k % 2));
    expect(tf.memory().numTensors).toBe(settled);
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives the same bits whatever ran before", async () => {
    const executable = await loaded(name);
    const request = { batch: 3, schedule: settleSchedule(7), inputs: dataFor(3), outputs: everything };
    const first = await executable.run(request);
    await executable.run({ ...request, batch: 5, inputs: dataFor(5, 9) });
    expect(await executable.run(request)).toEqual(first);
    const other = await loaded(name);
    expect(await other.run(request)).toEqual(first);
    expect(executable.info.deterministic).toBe(true);
    await Promise.all([executable.dispose(), other.dispose()]);
  });

  it("keeps states between runs of the same batch, so that a settle can be cut into pieces", async () => {
    const executable = await loaded(name);
    const whole = await executable.run({
      batch: 2,
      schedule: settleSchedule(4),
      inputs: dataFor(2),
      outputs: everything,
    });
    await executable.run({ batch: 2, schedule: [{ phase: "start" }, { phase: "step", times: 3 }], inputs: dataFor(2) });
    const pieces = await executable.run({
      batch: 2,
      schedule: [{ phase: "step" }, { phase: "readout" }],
      outputs: everything,
    });
    expect(pieces).toEqual(whole);
    await executable.dispose();
  });

  it("neither keeps nor hands out the host's arrays", async () => {
    const executable = await loaded(name);
    const weight = numbers(weightSize, 7);
    await executable.write(id("W"), weight);
    weight.fill(0);
    const read = await executable.read(id("W"));
    expect(read).toEqual(numbers(weightSize, 7));
    read.fill(0);
    expect(await executable.read(id("W"))).toEqual(numbers(weightSize, 7));
    await executable.dispose();
  });

  it("keeps NaN within its sample", async () => {
    const executable = await loaded(name);
    const clean = await executable.run({
      batch: 3,
      schedule: settleSchedule(4),
      inputs: dataFor(3),
      outputs: everything,
    });
    const inputs = dataFor(3);
    inputs.get(id("data:x"))![imageSize + 5] = Number.NaN;
    const spoilt = await executable.run({ batch: 3, schedule: settleSchedule(4), inputs, outputs: everything });
    expect(spoilt.get(id("discrepancy"))![1]).toBeNaN();
    for (const n of [0, 2]) {
      const own = (results: typeof clean) => results.get(id("z"))!.slice(n * mapSize, (n + 1) * mapSize);
      expect(own(spoilt)).toEqual(own(clean));
    }
    await executable.dispose();
  });

  it("stops at an abort, between two steps, and can go on afterwards", async () => {
    const executable = await loaded(name);
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    const running = executable.run({
      batch: 2,
      schedule: settleSchedule(10_000_000),
      inputs: dataFor(2),
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(running).rejects.toThrow("enough");
    await expect(executable.run({ batch: 2, schedule: [], signal: stop.signal })).rejects.toThrow("enough");
    const results = await executable.run({
      batch: 3,
      schedule: settleSchedule(5),
      inputs: dataFor(3),
      outputs: everything,
    });
    expect(results.get(id("z"))![0]).toBeCloseTo(byHand(3, 5).z[0]!, 5);
    expect(tf.memory().numTensors - before).toBeLessThan(20);
    await executable.dispose();
  });

  it("says what is wrong with what it is given", async () => {
    const executable = await loaded(name);
    const fault = (code: string) =>
      expect.objectContaining({ diagnostic: expect.objectContaining({ code }) as unknown });
    await expect(executable.write(id("W"), new Float32Array(3))).rejects.toEqual(fault("engine/shape-mismatch"));
    await expect(executable.read(id("V"))).rejects.toEqual(fault("engine/unknown-buffer"));
    await expect(executable.run({ batch: 0, schedule: [] })).rejects.toEqual(fault("engine/shape-mismatch"));
    await expect(executable.run({ batch: 2, schedule: settleSchedule(1) })).rejects.toEqual(
      fault("engine/missing-input"),
    );
    await executable.dispose();
    await expect(executable.read(id("W"))).rejects.toThrow("disposed");
  });
});

it("runs on several backends at once without one disturbing the other", async () => {
  const executables = await Promise.all([loaded("tfjs:wasm"), loaded("tfjs:cpu"), loaded("tfjs:wasm")]);
  const request = { batch: 3, schedule: settleSchedule(40), inputs: dataFor(3), outputs: everything };
  const alone = [];
  for (const executable of executables) alone.push(await executable.run(request));
  const together = await Promise.all(
    executables.flatMap((executable) => [executable.run(request), executable.run(request)]),
  );
  expect(together).toEqual(alone.flatMap((results) => [results, results]));
  for (const executable of executables) await executable.dispose();
});
