import type { KernelPlan, PhasePlan } from "@settle/kernels";
import { argument, select } from "@settle/program";
import { describe, expect, it } from "vitest";

import { floatLiteral } from "../../src/emit/c-text.ts";
import { chooseTile, cut } from "../../src/emit/choose-tile.ts";
import { emitProgram } from "../../src/emit/emit-program.ts";

const empty: PhasePlan = { head: [], group: [], merges: [], tail: [] };
const segments = [
  {
    first: 0,
    step: 1,
    count: 2,
    inputStep: 1,
    taps: [
      { tap: 0, input: 0 },
      { tap: 1, input: 1 },
    ],
  },
];
/** A 2 × 2 convolution of a 3 × 3 map of 2 channels into 3 channels, a bias and a relu behind it. */
const plan: KernelPlan = {
  lanes: 4,
  arrays: [
    { id: "in", space: "group", elements: 18, offset: 0 },
    { id: "out", space: "group", elements: 12, offset: 80 },
    { id: "weights", space: "shared", elements: 24, offset: 0 },
    { id: "bias", space: "shared", elements: 3, offset: 32 },
  ],
  sizes: { group: 128, temporary: 0, shared: 48, partial: 0 },
  phases: {
    start: empty,
    step: {
      ...empty,
      group: [
        {
          kind: "contract",
          label: "relu */ of a convolution",
          input: 0,
          weights: 2,
          rows: segments,
          columns: segments,
          tapColumns: 2,
          inputColumns: 3,
          outputRows: 2,
          outputColumns: 2,
          inputChannels: 2,
          outputChannels: 3,
          work: {
            operands: [{ kind: "contraction" }, { kind: "array", array: 3, map: { divide: 1, modulo: 3 } }],
            lets: [
              { kind: "binary", primitive: "add", a: argument(0), b: argument(1) },
              select(argument(2), "gt", 0, argument(2), 0),
            ],
            stores: [{ array: 1, let: 1 }],
            sums: [],
          },
        },
      ],
    },
    readout: empty,
    accumulate: empty,
    stability: empty,
    restrain: empty,
    apply: empty,
  },
};

describe("the C of a plan", () => {
  it("is the text beside this test, for a small convolution", async () => {
    const step = emitProgram(plan, { width: 4, registers: 16 }).files.find(({ name }) => name === "step.c")?.text ?? "";
    await expect(step.slice(step.indexOf("/* phase step */"))).toMatchFileSnapshot("./fixtures/convolution.c");
  });

  it("begins with the same vector functions whatever the width", () => {
    const preludes = ([4, 8, 16] as const).map((width) => {
      const [file] = emitProgram({ ...plan, lanes: width }, { width, registers: 16 }).files;
      const text = file?.text ?? "";
      return text.slice(text.indexOf("typedef"), text.indexOf("enum {"));
    });
    expect(new Set(preludes).size).toBe(1);
  });

  it("needs whole vectors of lanes", () => {
    expect(() => emitProgram(plan, { width: 8, registers: 16 })).toThrow("whole vectors");
  });
});

describe("a tile", () => {
  it("leaves registers for the inputs and a weight", () => {
    for (const registers of [16, 32] as const) {
      for (const channels of [1, 3, 10, 15, 20, 25, 64]) {
        const tile = chooseTile([7, 8], channels, 1, { width: 16, registers });
        expect(tile.positions * tile.channels + tile.positions + 1).toBeLessThanOrEqual(registers);
        expect(tile.channels).toBeLessThanOrEqual(channels);
      }
    }
  });

  it("cuts a length into almost equal pieces that make it up", () => {
    for (let length = 1; length < 40; length++) {
      for (let largest = 1; largest < 9; largest++) {
        const pieces = cut(length, largest);
        expect(pieces.reduce((sum, { size, count }) => sum + size * count, 0)).toBe(length);
        expect(Math.max(...pieces.map(({ size }) => size))).toBeLessThanOrEqual(largest);
      }
    }
  });
});

describe("a number in C", () => {
  it.each([
    [0.1, "0.1f"],
    [1, "1.0f"],
    [-0.2, "(-0.2f)"],
    [1e-8, "1e-8f"],
    [16777217, "16777216.0f"],
    [Number.POSITIVE_INFINITY, "__builtin_inff()"],
  ])("%f is %s", (value, text) => {
    expect(floatLiteral(value)).toBe(text);
  });
});
