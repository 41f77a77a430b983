import { add, argument, constant, max, mul } from "@settle/program";
import { describe, expect, it } from "vitest";
import { carryMaps } from "../src/carry-maps.ts";
import type { ElementWork, GroupKernel, KernelOperand, MapKernel, PhasePlan } from "../src/index.ts";

const [z, phi, other] = [0, 1, 2];
const arrays = [
  { id: "z", space: "group", elements: 4 },
  { id: "φ(z)", space: "temporary", elements: 4 },
  { id: "other", space: "temporary", elements: 4 },
] as const;
const same = (array: number): KernelOperand => ({ kind: "array", array, map: { divide: 1, modulo: 4 } });
const map = (label: string, reads: readonly KernelOperand[], writes: number, lets: ElementWork["lets"]): MapKernel => ({
  kind: "map",
  label,
  elements: 4,
  work: { operands: reads, lets, stores: [{ array: writes, let: lets.length - 1 }], sums: [] },
});
const relu = map("φ(z)", [same(z)], phi, [max(argument(0), constant(0)), mul(argument(1), constant(2))]);
const use = map("use", [same(phi)], other, [argument(0)]);
const update = map("z′", [same(z), same(phi)], z, [add(argument(0), argument(1))]);
const carriedIn = (...group: readonly GroupKernel[]): PhasePlan =>
  carryMaps({ head: [], group, merges: [], tail: [] }, arrays);

describe("a function of a state", () => {
  it("is written by the kernel that writes the state, and not needed again", () => {
    const { group, carried } = carriedIn(relu, use, update);
    expect(carried).toEqual([0]);
    const written = add(argument(0), argument(1));
    expect(group).toEqual([
      relu,
      use,
      {
        ...update,
        work: {
          ...update.work,
          lets: [written, max(argument(2), constant(0)), mul(argument(3), constant(2))],
          stores: [
            { array: z, let: 0 },
            { array: phi, let: 2 },
          ],
        },
      },
    ]);
  });

  const late = map("late", [same(phi)], other, [argument(0)]);
  const turned: KernelOperand = { kind: "array", array: phi, map: { divide: 2, modulo: 2 } };
  const segment = { first: 0, step: 1, count: 1, inputStep: 1, taps: [{ tap: 0, input: 0 }] };
  const contraction: GroupKernel = {
    kind: "contract",
    label: "z′",
    input: phi,
    weights: 9,
    rows: [segment],
    columns: [segment],
    tapColumns: 1,
    inputColumns: 1,
    outputRows: 1,
    outputColumns: 1,
    inputChannels: 4,
    outputChannels: 4,
    work: { operands: [{ kind: "contraction" }], lets: [argument(0)], stores: [{ array: z, let: 0 }], sums: [] },
  };
  it.each<[string, readonly GroupKernel[]]>([
    ["somebody needs the old one after that", [relu, update, late]],
    [
      "other elements of it are needed there",
      [relu, { ...update, work: { ...update.work, operands: [same(z), turned] } }],
    ],
    ["it is what that kernel sums up", [relu, contraction]],
    ["another kernel writes the state as well", [relu, update, update]],
    ["nobody writes the state", [relu, use]],
    ["the state is written first", [update, relu, use]],
    [
      "it is a function of something else too",
      [{ ...relu, work: { ...relu.work, operands: [same(z), same(other)] } }, update],
    ],
    ["it is no function of a state", [map("φ", [same(other)], phi, [argument(0)]), update]],
  ])("is computed every time if %s", (_, group) => {
    const phase = { head: [], group, merges: [], tail: [] };
    expect(carriedIn(...group)).toEqual(phase);
  });
});
