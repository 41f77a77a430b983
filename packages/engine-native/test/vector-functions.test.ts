/** The primitives of scalar expressions as compiled, against Math and against the series of the error function. */
import {
  argument,
  type ScalarExpression,
  type UnaryPrimitive,
  type BinaryPrimitive,
  type BufferId,
} from "@settle/program";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

import { createNativeEngine } from "../src/index.ts";
import { mapProgram, width } from "./map-program.ts";

const cache = mkdtempSync(join(tmpdir(), "settle-native-test-"));
afterAll(() => rm(cache, { recursive: true }));
const engine = createNativeEngine({ cache });
const status = await engine.probe();

const numbers = Array.from({ length: 4000 }, (_, k) => (k - 2000) / 190).concat(
  Array.from({ length: 400 }, (_, k) => (k % 2 === 0 ? 1 : -1) * 10 ** ((k - 200) / 5.4)),
  [0, -0, 1, -1, 88, 88.7, 89, -87, -103, 200, -200, 0.99999994, 1.0000001, 1e-30, Infinity, -Infinity, NaN],
);

async function apply(expression: ScalarExpression, values: readonly number[]): Promise<Float32Array> {
  const batch = Math.ceil(values.length / width);
  const padded = new Float32Array(batch * width);
  padded.set(values);
  const executable = await engine.load(mapProgram(expression));
  const request = {
    batch,
    schedule: [{ phase: "step" }],
    inputs: new Map([["x" as BufferId, padded]]),
    outputs: ["y" as BufferId],
  } as const;
  const y = (await executable.run(request)).get("y" as BufferId);
  await executable.dispose();
  return Float32Array.from(y ?? []).subarray(0, values.length);
}

/** Relative, or absolute below the smallest normal number: smaller results may be 0. */
function differs(actual: number, expected: number, tolerance: number): boolean {
  const single = Math.fround(expected);
  if (Object.is(actual, single) || (actual === 0 && single === 0)) return false;
  if (!Number.isFinite(single) || !Number.isFinite(actual)) return true;
  return Math.abs(actual - expected) > tolerance * Math.abs(expected) + 1.2e-38;
}

/** By its power series, and by the continued fraction of 1 - erf where that would lose digits. */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 60; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / ((a + fraction) * Math.sqrt(Math.PI)));
}

describe("compiled primitives", () => {
  beforeEach(({ skip }) => skip(!status.available, status.available ? "" : status.reason));

  const unary: readonly (readonly [UnaryPrimitive, (x: number) => number, number])[] = [
    ["neg", (x) => -x, 0],
    ["abs", Math.abs, 0],
    ["sign", Math.sign, 0],
    ["sqrt", Math.sqrt, 6e-8],
    ["exp", Math.exp, 2e-7],
    ["log", Math.log, 2e-7],
    ["tanh", Math.tanh, 3e-7],
    ["erf", erf, 3e-7],
  ];

  it.each(unary)("%s is what it is in float64, infinities and NaN included", async (primitive, expected, tolerance) => {
    const singles = numbers.map(Math.fround);
    const actual = await apply({ kind: "unary", primitive, a: argument(0) }, singles);
    const wrong = singles.flatMap((x, k) =>
      differs(actual[k]!, expected(x), tolerance) ? [{ x, actual: actual[k], expected: expected(x) }] : [],
    );
    expect(wrong).toEqual([]);
  });

  it("takes the logarithm of subnormal numbers as of others", async () => {
    const [one, other] = await apply({ kind: "unary", primitive: "log", a: argument(0) }, [1e-40, 1e-45]);
    expect(one).toBeCloseTo(Math.log(Math.fround(1e-40)), 4);
    expect(other).toBeCloseTo(Math.log(Math.fround(1e-45)), 4);
  });

  it.each<[BinaryPrimitive, (a: number, b: number) => number]>([
    ["min", Math.min],
    ["max", Math.max],
  ])("%s hands a NaN on from either side", async (primitive, expected) => {
    for (const other of [0.5, NaN]) {
      const actual = await apply(
        { kind: "binary", primitive, a: argument(0), b: { kind: "constant", value: other } },
        numbers,
      );
      const swapped = await apply(
        { kind: "binary", primitive, a: { kind: "constant", value: other }, b: argument(0) },
        numbers,
      );
      const wanted = Float32Array.from(numbers, (x) => expected(Math.fround(x), other) + 0);
      expect(actual.map((x) => x + 0)).toEqual(wanted);
      expect(swapped.map((x) => x + 0)).toEqual(wanted);
    }
  });

  it.each(["lt", "le", "gt", "ge", "eq"] as const)(
    "a select on %s lets nothing through from the side not chosen",
    async (comparison) => {
      const holds = {
        lt: (x: number) => x < 1,
        le: (x: number) => x <= 1,
        gt: (x: number) => x > 1,
        ge: (x: number) => x >= 1,
        eq: (x: number) => x === 1,
      }[comparison];
      const expression: ScalarExpression = {
        kind: "select",
        comparison,
        a: argument(0),
        b: { kind: "constant", value: 1 },
        then: { kind: "constant", value: 2 },
        otherwise: {
          kind: "binary",
          primitive: "add",
          a: { kind: "constant", value: 3 },
          b: { kind: "constant", value: 0 },
        },
      };
      const actual = await apply(expression, numbers);
      expect(actual).toEqual(Float32Array.from(numbers, (x) => (holds(Math.fround(x)) ? 2 : 3)));
      const infinite = await apply(
        {
          ...expression,
          otherwise: { kind: "unary", primitive: "log", a: { kind: "constant", value: -1 } },
        },
        numbers.filter(holds),
      );
      expect([...infinite].every((x) => x === 2)).toBe(true);
    },
  );
});
