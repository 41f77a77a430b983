import { encodeSafetensors } from "@settle/runs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differenceOf } from "../make-problem.ts";

let file = "";
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), "settle-difference-")), "settled.safetensors");
});
afterAll(() => rm(join(file, ".."), { recursive: true, force: true }));

async function difference(answer: Readonly<Record<string, readonly number[]>>): Promise<number> {
  const tensors = new Map(
    Object.entries(answer).map(([name, values]) => [name, { shape: [values.length], data: Float32Array.from(values) }]),
  );
  await writeFile(file, encodeSafetensors({ tensors, metadata: {} }));
  return differenceOf(file, { samples: 1, tensors: new Map([["z1", Float64Array.of(1, -4)]]) });
}

describe("the difference from the reference engine", () => {
  it("is relative to the tensor's greatest entry", async () => {
    expect(await difference({ z1: [1, -4] })).toBe(0);
    expect(await difference({ z1: [1.5, -4] })).toBeCloseTo(0.125);
  });

  it("is never small where numbers are missing or are none", async () => {
    expect(await difference({ e0: [1, -4] })).toBe(Infinity);
    expect(await difference({ z1: [1] })).toBe(Infinity);
    expect(await difference({ z1: [NaN, -4] })).toBeNaN();
  });
});
