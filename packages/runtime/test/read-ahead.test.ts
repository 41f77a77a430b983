import { describe, expect, test } from "vitest";
import { readAhead } from "../src/read-ahead.ts";
import type { SampleSource } from "../src/index.ts";
import { linearSource } from "./fixtures/linear-data.ts";

const batches = [[3, 1], [0], [2, 4]];

describe("reading ahead", () => {
  test("gives every batch in order, with its samples", async () => {
    const source = linearSource(5);
    const got = [];
    for await (const { indices, fields } of readAhead(source, batches)) got.push({ indices, fields });
    expect(got).toEqual(
      await Promise.all(batches.map(async (indices) => ({ indices, fields: await source.read(indices) }))),
    );
  });

  test("of no batches reads nothing", async () => {
    const source: SampleSource = { ...linearSource(5), read: () => Promise.reject(new Error("read")) };
    for await (const batch of readAhead(source, [])) expect(batch).toBeUndefined();
  });

  test("counts the time a source computes before it returns", async () => {
    const source = linearSource(5);
    const slow: SampleSource = {
      ...source,
      read: (indices) => {
        const until = performance.now() + 5;
        while (performance.now() < until);
        return source.read(indices);
      },
    };
    for await (const { waited } of readAhead(slow, batches)) expect(waited).toBeGreaterThanOrEqual(0.005);
  });

  test("gives a failed read to whoever waits for it, after the batches before", async () => {
    const source = linearSource(5);
    const failing: SampleSource = {
      ...source,
      read: (indices) => (indices.includes(0) ? Promise.reject(new Error("torn")) : source.read(indices)),
    };
    const seen: (readonly number[])[] = [];
    const reading = (async () => {
      for await (const { indices } of readAhead(failing, batches)) seen.push(indices);
    })();
    await expect(reading).rejects.toThrow("torn");
    expect(seen).toEqual([[3, 1]]);
  });

  test("may be left early although the next batch cannot be read", async () => {
    const source = linearSource(5);
    const failing: SampleSource = {
      ...source,
      read: (indices) => (indices.includes(0) ? Promise.reject(new Error("torn")) : source.read(indices)),
    };
    for await (const { indices } of readAhead(failing, batches)) {
      expect(indices).toEqual([3, 1]);
      break;
    }
  });
});
