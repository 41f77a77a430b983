import { describe, expect, test } from "vitest";
import { arraySource, checkSource, createSession, type DataBatch, type Session } from "../src/index.ts";
import { fakeEngine } from "./fixtures/fake-engine.ts";
import { linearSource } from "./fixtures/linear-data.ts";
import { linearProgram } from "./fixtures/linear-program.ts";

const session = (): Promise<Session> => createSession({ engine: fakeEngine(), seed: 1, programFor: linearProgram });

async function faultOf(batch: DataBatch): Promise<unknown> {
  const made = await session();
  return made.settle(batch).then(
    () => undefined,
    (error: { diagnostic: unknown }) => error.diagnostic,
  );
}

describe("a batch", () => {
  test("of another size names the field and both shapes", async () => {
    expect(await faultOf({ count: 2, fields: { image: new Float32Array(8) } })).toMatchObject({
      code: "data/shape-mismatch",
      message: 'Field "image" holds 8 numbers (4 a sample); "x" expects [2, 3], 3 a sample.',
    });
  });

  test("without the field names it and what the data offer", async () => {
    expect(await faultOf({ count: 1, fields: { label: new Float32Array(10) } })).toMatchObject({
      code: "data/missing-field",
      message: expect.stringContaining('"image"') as unknown,
      help: expect.stringContaining("label") as unknown,
    });
  });

  test.each([Number.NaN, Infinity, -Infinity])("with %d names the sample by its index", async (bad) => {
    const image = new Float32Array(9);
    image[7] = bad;
    expect(await faultOf({ count: 3, fields: { image }, indices: [100, 200, 300] })).toMatchObject({
      code: "data/not-finite",
      message: `Field "image" is ${bad} in sample 300, at entry 1 of 3.`,
    });
  });

  test("of no samples is refused", async () => {
    expect(await faultOf({ count: 0, fields: { image: new Float32Array(0) } })).toMatchObject({
      code: "data/empty-batch",
    });
  });

  test("with too few indices is refused", async () => {
    expect(await faultOf({ count: 2, fields: { image: new Float32Array(6) }, indices: [1] })).toMatchObject({
      code: "data/shape-mismatch",
    });
  });

  test("is refused before anything reaches the engine", async () => {
    const engine = fakeEngine();
    const made = await createSession({ engine, seed: 1, programFor: linearProgram });
    await expect(made.learn({ count: 1, fields: { image: Float32Array.of(1, Number.NaN, 1) } })).rejects.toThrow(
      "data/not-finite",
    );
    expect(engine.requests).toEqual([]);
    expect(made.updates).toBe(0);
  });
});

describe("a source", () => {
  test("of another shape names the field and both shapes", () => {
    const wide = arraySource("wide", { image: { shape: [2, 2], data: new Float32Array(8) } });
    expect(() => checkSource(linearProgram(), wide)).toThrow('"wide" gives "image" as [2, 2], but "x" is [3].');
  });

  test("without the field, or without samples, is refused", () => {
    const unlike = arraySource("unlike", { label: { shape: [3], data: new Float32Array(3) } });
    const empty = arraySource("empty", { image: { shape: [3], data: new Float32Array(0) } });
    expect(() => checkSource(linearProgram(), unlike)).toThrow("data/missing-field");
    expect(() => checkSource(linearProgram(), empty)).toThrow("data/empty-source");
  });

  test("of arrays has a hash of its content", () => {
    expect(linearSource(5).hash).toBe(linearSource(5).hash);
    expect(linearSource(5).hash).not.toBe(linearSource(6).hash);
    const [flat, square] = [[4], [2, 2]].map((shape) =>
      arraySource("same", { image: { shape, data: new Float32Array(8) } }),
    );
    expect(flat!.hash).not.toBe(square!.hash);
  });

  test("of arrays gathers samples by index", async () => {
    const source = arraySource("pairs", { image: { shape: [2], data: Float32Array.of(0, 1, 10, 11, 20, 21) } });
    expect(source.size).toBe(3);
    expect(await source.read([2, 0])).toEqual({ image: Float32Array.of(20, 21, 0, 1) });
  });

  test("of arrays refuses fields that disagree about the number of samples", () => {
    const make = (): unknown =>
      arraySource("odd", {
        image: { shape: [2], data: new Float32Array(6) },
        label: { shape: [1], data: new Float32Array(2) },
      });
    expect(make).toThrow("data/shape-mismatch");
  });
});
