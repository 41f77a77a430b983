import { argument, type BufferId, constant, mul } from "@settle/program";
import type { Executable, NumberArray } from "@settle/runtime";
import { mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";

import { createNativeEngine } from "../src/index.ts";
import { mapProgram, width } from "./map-program.ts";

const folder = mkdtempSync(join(tmpdir(), "settle-native-test-"));
afterAll(() => rm(folder, { recursive: true }));
const engine = createNativeEngine({ cache: join(folder, "kernels") });
const status = await engine.probe();
const program = mapProgram(mul(argument(0), constant(2)));
const x = "x" as BufferId;
const y = "y" as BufferId;
const step = [{ phase: "step" }] as const;
const ones = (batch: number): Float32Array => new Float32Array(batch * width).fill(1);

async function using<Result>(work: (executable: Executable) => Promise<Result>): Promise<Result> {
  const executable = await engine.load(program);
  try {
    return await work(executable);
  } finally {
    await executable.dispose();
  }
}

describe("a native executable", () => {
  beforeEach(({ skip }) => skip(!status.available, status.available ? "" : status.reason));

  it("keeps states and inputs between runs of the same batch", async () => {
    await using(async (executable) => {
      await executable.run({ batch: 3, schedule: step, inputs: new Map([[x, ones(3)]]) });
      await executable.run({ batch: 3, schedule: [{ phase: "step", times: 4 }] });
      expect(await executable.read(y)).toEqual(new Float32Array(15).fill(10));
    });
  });

  it("forgets what it held for each sample when their number changes", async () => {
    await using(async (executable) => {
      await executable.run({ batch: 3, schedule: step, inputs: new Map([[x, ones(3)]]) });
      await expect(executable.run({ batch: 2, schedule: step })).rejects.toMatchObject({
        diagnostic: { code: "engine/missing-input" },
      });
      const after = await executable.run({ batch: 2, schedule: step, inputs: new Map([[x, ones(2)]]), outputs: [y] });
      expect(after.get(y)).toEqual(new Float32Array(10).fill(2));
    });
  });

  it("reads inputs before it returns to the caller, who may write over them", async () => {
    await using(async (executable) => {
      const values = ones(40);
      const running = executable.run({
        batch: 40,
        schedule: [{ phase: "step", times: 1000 }],
        inputs: new Map([[x, values]]),
        outputs: [y],
      });
      await new Promise((resolve) => setTimeout(resolve, 0));
      values.fill(7);
      expect((await running).get(y)).toEqual(new Float32Array(200).fill(2000));
    });
  });

  it("writes into an array that is lent, if it is one like those it returns", async () => {
    await using(async (executable) => {
      const run = async (batch: number, lent: NumberArray): Promise<NumberArray | undefined> =>
        (
          await executable.run({
            batch,
            schedule: step,
            inputs: new Map([[x, ones(batch)]]),
            outputs: [y],
            into: new Map([[y, lent]]),
          })
        ).get(y);
      const lent = new Float32Array(37 * width);
      expect(await run(37, lent)).toBe(lent);
      expect(lent).toEqual(new Float32Array(37 * width).fill(2));
      for (const other of [new Float32Array(36 * width), new Float64Array(37 * width)]) {
        expect((await run(37, other))?.length).toBe(37 * width);
        expect(other.every((number) => number === 0)).toBe(true);
      }
      // So small that it may lie where the collector moves it.
      const small = new Float32Array(width);
      expect(await run(1, small)).toEqual(new Float32Array(width).fill(2));
      expect(small).toEqual(new Float32Array(width));
    });
  });

  const narrower = process.arch === "x64" ? ["-mno-avx512f", "-mno-avx512f -mno-avx"] : [];
  it.each(["", ...narrower])(
    "brings every number in and out of vectors of any width, compiled with '%s'",
    async (flags) => {
      const extraFlags = flags.split(" ").filter((flag) => flag !== "");
      const narrow = createNativeEngine({ cache: join(folder, "kernels"), compiler: { extraFlags } });
      for (const elements of [3, 16, 50]) {
        const executable = await narrow.load(mapProgram(mul(argument(0), constant(2)), elements));
        for (const batch of [1, 16, 43]) {
          const values = Float32Array.from({ length: batch * elements }, (_, k) => k + 1);
          const run = { batch, schedule: step, inputs: new Map([[x, values]]), outputs: [y] };
          expect((await executable.run(run)).get(y)).toEqual(values.map((value) => 2 * value));
        }
        await executable.dispose();
      }
    },
  );

  it("takes float64 numbers", async () => {
    await using(async (executable) => {
      const after = await executable.run({
        batch: 1,
        schedule: step,
        inputs: new Map([[x, new Float64Array(width).fill(0.25)]]),
        outputs: [y],
      });
      expect(after.get(y)).toEqual(new Float32Array(width).fill(0.5));
    });
  });

  it("names the buffer and the sizes when an array does not fit", async () => {
    await using(async (executable) => {
      const run = executable.run({ batch: 2, schedule: step, inputs: new Map([[x, ones(3)]]) });
      await expect(run).rejects.toMatchObject({
        diagnostic: { code: "engine/shape-mismatch", message: expect.stringMatching(/"x".*10 numbers.*got 15/) },
      });
      await expect(executable.run({ batch: 0, schedule: step })).rejects.toMatchObject({
        diagnostic: { code: "engine/shape-mismatch" },
      });
      await expect(executable.read("z" as BufferId)).rejects.toMatchObject({
        diagnostic: { code: "engine/unknown-buffer" },
      });
    });
  });

  it("refuses a batch that no memory holds, and names one that fits", async () => {
    await using(async (executable) => {
      const run = executable.run({ batch: 1e12, schedule: step, inputs: new Map() });
      await expect(run).rejects.toMatchObject({
        diagnostic: { code: "engine/out-of-memory", help: expect.stringMatching(/largest batch that fits is \d+/) },
      });
      const after = await executable.run({ batch: 1, schedule: step, inputs: new Map([[x, ones(1)]]), outputs: [y] });
      expect(after.get(y)).toEqual(new Float32Array(width).fill(2));
    });
  });

  it("knows how many samples it has memory for, in whole groups", async () => {
    await using(async (executable) => {
      const { largestBatch = 0 } = executable;
      expect(largestBatch).toBeGreaterThan(10_000);
      const inputs = new Map();
      await expect(executable.run({ batch: largestBatch * 2, schedule: step, inputs })).rejects.toMatchObject({
        diagnostic: { code: "engine/out-of-memory" },
      });
    });
  });

  it("gives a sample the same result in a full group, in one that is not full, and by itself", async () => {
    await using(async (executable) => {
      const all = Float32Array.from({ length: 77 * width }, (_, k) => Math.sin(k));
      const doubled = all.map((value) => 2 * value);
      for (const batch of [1, 2, 7, 15, 31, 33, 40, 63, 77]) {
        const inputs = new Map([[x, all.slice(0, batch * width)]]);
        await executable.run({ batch, schedule: [], inputs: new Map([[y, new Float32Array(batch * width)]]) });
        const after = await executable.run({ batch, schedule: step, inputs, outputs: [y] });
        expect(after.get(y)).toEqual(doubled.slice(0, batch * width));
      }
    });
  });

  it("stops in the middle of a schedule when it is told to, and can be used afterwards", async () => {
    await using(async (executable) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const running = executable.run({
        batch: 64,
        schedule: [{ phase: "step", times: 2 ** 40 }],
        inputs: new Map([[x, ones(64)]]),
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(reason), 20);
      await expect(running).rejects.toBe(reason);
      await executable.write(y, new Float32Array(64 * width));
      expect((await executable.run({ batch: 64, schedule: step, outputs: [y] })).get(y)).toEqual(
        new Float32Array(64 * width).fill(2),
      );
    });
  });

  it.each([1, 3])(
    "takes subnormal numbers for 0 on each of %i threads, and all others as they are",
    async (threads) => {
      const executable = await engine.load(program, { threads });
      // Lane groups and samples by themselves: two of six numbers are subnormal.
      const batch = 5 * 16 + 3;
      const values = Float32Array.from(
        { length: batch * width },
        (_, k) => [1e-39, 1, -1e-45, 1e-37, -2.5, 3e38][k % 6]!,
      );
      const outputs = await executable.run({ batch, schedule: step, inputs: new Map([[x, values]]), outputs: [y] });
      await executable.dispose();
      const expected = values.map((value) => (Math.abs(value) < 2 ** -126 ? 0 : 2 * value));
      expect(Array.from(outputs.get(y)!, (value) => value + 0)).toEqual(Array.from(expected, (value) => value + 0));
      // The thread that asked for it counts with them as before.
      expect(Math.fround(1e-39)).toBeGreaterThan(0);
    },
  );

  it("makes no subnormal numbers of others", async () => {
    const halving = await engine.load(mapProgram(mul(argument(0), constant(2 ** -10))));
    const inputs = new Map([[x, new Float32Array(width).fill(2 ** -120)]]);
    const outputs = await halving.run({ batch: 1, schedule: step, inputs, outputs: [y] });
    await halving.dispose();
    expect(outputs.get(y)).toEqual(new Float32Array(width));
  });

  it("cannot be used once it is disposed of", async () => {
    const executable = await engine.load(program);
    await executable.dispose();
    await expect(executable.read(y)).rejects.toThrow("disposed");
  });

  it("compiles elsewhere, and says so, where its cache cannot be written", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const executable = await createNativeEngine({ cache: join(file, "kernels") }).load(program);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining(file), { code: "SETTLE_KERNEL_CACHE" });
    warned.mockRestore();
    const after = await executable.run({ batch: 1, schedule: step, inputs: new Map([[x, ones(1)]]), outputs: [y] });
    expect(after.get(y)).toEqual(new Float32Array(width).fill(2));
    await executable.dispose();
  });
});
