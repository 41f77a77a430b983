import type { BufferId } from "@settle/program";
import type { Executable, NumberArray, ScheduleEntry } from "@settle/runtime";
import { afterEach, describe, expect, it } from "vitest";

import { loadWasm, type WasmLoadOptions } from "../src/load-wasm.ts";
import { detectHost, type WasmHost } from "../src/wasm-host.ts";
import { id, linearProgram } from "./linear-program.ts";

const open: Executable[] = [];
async function load(options: Partial<WasmLoadOptions> = {}): Promise<Executable> {
  const executable = await loadWasm(linearProgram, { host: detectHost(), ...options });
  open.push(executable);
  return executable;
}
afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((each) => each.dispose()));
});

const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => Math.sin(k + 1));
const inputsFor = (batch: number): Map<BufferId, NumberArray> =>
  new Map([
    [id("data:x"), numbers(batch * 3)],
    [id("noise:z"), numbers(batch * 2)],
  ]);
const settle: readonly ScheduleEntry[] = [{ phase: "start" }, { phase: "step", times: 4 }];
const settled = async (executable: Executable, batch: number): Promise<NumberArray> =>
  (await executable.run({ batch, schedule: settle, inputs: inputsFor(batch), outputs: [id("z")] })).get(id("z"))!;
const alone: WasmHost = { cores: 1 };

describe("a Program on the wasm engine", () => {
  it("gives the same bits with workers, with another number of them, and without any", async () => {
    const one = await settled(await load({ threads: 1 }), 37);
    expect(await settled(await load({ threads: 3 }), 37)).toEqual(one);
    expect(await settled(await load({ host: alone }), 37)).toEqual(one);
  });

  it("writes into arrays that are lent, if they are like those it returns", async () => {
    const executable = await load();
    const W = id("W");
    await executable.write(W, numbers(6));
    for (const batch of [1, 9]) {
      const request = { batch, schedule: settle, inputs: inputsFor(batch), outputs: [id("z"), W] };
      const fresh = await executable.run(request);
      const into = new Map([
        [id("z"), new Float32Array(batch * 2).fill(-1)],
        [W, new Float32Array(6)],
      ]);
      const lent = await executable.run({ ...request, into });
      expect(lent).toEqual(fresh);
      for (const [buffer, values] of into) expect(lent.get(buffer)).toBe(values);
      const wrong = new Float64Array(batch * 2);
      expect(await executable.run({ ...request, into: new Map([[id("z"), wrong]]) })).toEqual(fresh);
      expect(wrong).toEqual(new Float64Array(batch * 2));
    }
  });

  it("settles each sample as if it were alone, whatever the lanes beside it hold", async () => {
    const executable = await load();
    const together = await settled(executable, 9);
    for (const sample of [0, 7, 8]) {
      const inputs = new Map(
        [...inputsFor(9)].map(([key, all]) => [
          key,
          all.slice((sample * all.length) / 9, ((sample + 1) * all.length) / 9),
        ]),
      );
      const out = await executable.run({ batch: 1, schedule: settle, inputs, outputs: [id("z")] });
      expect(out.get(id("z"))).toEqual(together.slice(sample * 2, sample * 2 + 2));
    }
  });

  it("settles samples by themselves to the same bits as in lanes, and one batch after the other in either form", async () => {
    const lanes = await settled(await load({ lanes: 4 }), 9);
    expect(await settled(await load({ lanes: 1 }), 9)).toEqual(lanes);
    const executable = await load();
    const few = await settled(executable, 3);
    expect(await settled(executable, 9)).toEqual(lanes);
    expect(await settled(executable, 3)).toEqual(few);
    expect(few).toEqual(await settled(await load({ lanes: 4 }), 3));
  });

  it("keeps what it holds for samples and parameters when other phases are needed later", async () => {
    const executable = await load();
    const before = await settled(executable, 5);
    await executable.run({ batch: 5, schedule: [{ phase: "accumulate" }, { phase: "apply" }] });
    expect(await executable.read(id("z"))).toEqual(before);
    const whole = await load();
    const schedule = [...settle, { phase: "accumulate" }, { phase: "apply" }] as const;
    await whole.run({ batch: 5, schedule, inputs: inputsFor(5) });
    expect(await executable.read(id("W"))).toEqual(await whole.read(id("W")));
  });

  it("counts only lanes that hold samples when it sums over them", async () => {
    const executable = await load({ lanes: 8 });
    await settled(executable, 16);
    const [x, z] = [numbers(9), numbers(6)];
    const inputs = new Map([
      [id("data:x"), x],
      [id("noise:z"), z],
    ]);
    await executable.run({ batch: 3, schedule: [{ phase: "start" }, { phase: "accumulate" }], inputs });
    const want = [0, 1].flatMap((i) =>
      [0, 1, 2].map((o) => [0, 1, 2].reduce((sum, n) => sum + z[n * 2 + i]! * x[n * 3 + o]!, 0)),
    );
    const got = await executable.read(id("sum:W"));
    want.forEach((value, k) => expect(got[k]).toBeCloseTo(value, 6));
  });

  it("repeats a phase that sums over samples in order: twice accumulated is twice the sum", async () => {
    const executable = await load();
    const inputs = inputsFor(5);
    await executable.run({ batch: 5, schedule: [{ phase: "start" }, { phase: "accumulate" }], inputs });
    const once = await executable.read(id("sum:W"));
    await executable.run({ batch: 5, schedule: [{ phase: "accumulate" }, { phase: "apply" }] });
    const twice = await executable.read(id("sum:W"));
    once.forEach((value: number, k: number) => expect(twice[k]).toBeCloseTo(2 * value, 6));
    const initial = [0.5, -1, 0.25, 1, 0.5, -0.75];
    (await executable.read(id("W"))).forEach((value: number, k: number) =>
      expect(value).toBeCloseTo(initial[k]! + 0.5 * twice[k]!, 5),
    );
  });

  it("keeps states between runs of the same batch and forgets them with another", async () => {
    const executable = await load();
    await settled(executable, 2);
    await executable.run({ batch: 2, schedule: [{ phase: "step" }] });
    await settled(executable, 3);
    await executable.run({ batch: 2, schedule: [{ phase: "step" }] });
    expect(await executable.read(id("z"))).toEqual(new Float32Array(4));
    await expect(executable.run({ batch: 2, schedule: [{ phase: "start" }] })).rejects.toMatchObject({
      diagnostic: { code: "engine/missing-input", message: expect.stringContaining('"data:x"') as string },
    });
  });

  it("refuses arrays of the wrong size, buffers there are not and batches that are none", async () => {
    const executable = await load();
    const wrong = executable.run({ batch: 2, schedule: settle, inputs: new Map([[id("data:x"), numbers(5)]]) });
    await expect(wrong).rejects.toMatchObject({ diagnostic: { code: "engine/shape-mismatch" } });
    await expect(executable.read(id("q"))).rejects.toMatchObject({ diagnostic: { code: "engine/unknown-buffer" } });
    await expect(executable.write(id("W"), numbers(1))).rejects.toMatchObject({
      diagnostic: { code: "engine/shape-mismatch" },
    });
    await expect(executable.run({ batch: 0, schedule: [] })).rejects.toMatchObject({
      diagnostic: { code: "engine/shape-mismatch" },
    });
  });

  it.each([
    ["workers", detectHost()],
    ["no workers", alone],
  ] as const)("stops in the middle of a run with %s when it is told to", async (_, host) => {
    const executable = await load({ host, threads: 2 });
    const controller = new AbortController();
    // A billion steps: it ends by the signal or not at all.
    const run = executable.run({
      batch: 40,
      schedule: [{ phase: "start" }, { phase: "step", times: 1_000_000_000 }],
      inputs: inputsFor(40),
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(run).rejects.toThrow("enough");
    expect(await settled(executable, 2)).toEqual(await settled(await load(), 2));
  });

  it("names the largest batch that fits when one does not, and goes on with smaller ones", async () => {
    const executable = await load({ maximumPages: 2, threads: 1 });
    const error = await executable
      .run({ batch: 1_000_000, schedule: settle, inputs: inputsFor(1) })
      .catch((thrown: unknown) => thrown as { diagnostic: { code: string; help: string } });
    expect(error).toMatchObject({ diagnostic: { code: "engine/out-of-memory" } });
    const most = Number(/\d+/.exec((error as { diagnostic: { help: string } }).diagnostic.help)?.[0]);
    expect(await settled(executable, most)).toEqual(await settled(await load(), most));
    await expect(settled(executable, most + 8)).rejects.toMatchObject({ diagnostic: { code: "engine/out-of-memory" } });
  });

  it("rejects the run whose worker dies, and says so ever after", async () => {
    const host = detectHost();
    const executable = await load({
      threads: 2,
      host: {
        ...host,
        startWorker: (listeners) => {
          const worker = host.startWorker!(listeners);
          setTimeout(() => worker.terminate(), 50);
          return worker;
        },
      },
    });
    const run = executable.run({
      batch: 40,
      schedule: [{ phase: "start" }, { phase: "step", times: 1_000_000_000 }],
      inputs: inputsFor(40),
    });
    await expect(run).rejects.toMatchObject({ diagnostic: { code: "engine/worker-lost" } });
    await expect(settled(executable, 2)).rejects.toMatchObject({ diagnostic: { code: "engine/worker-lost" } });
  });

  it("does nothing any more once it is disposed of", async () => {
    const executable = await load();
    await executable.dispose();
    await expect(executable.read(id("W"))).rejects.toThrow("disposed");
  });
});
