/** A linear circuit z → x with one dense synapse, written as a Program by hand. */
import {
  add,
  argument,
  type Buffer,
  type BufferId,
  type BufferRole,
  div,
  type Instruction,
  mul,
  type Phase,
  type Program,
  type ScalarExpression,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";

export const id = (name: string): BufferId => name as BufferId;
const v = (index: number): ValueId => index as ValueId;

const z: ValueType = { batch: true, shape: [2] };
const x: ValueType = { batch: true, shape: [3] };
const w: ValueType = { batch: false, shape: [2, 3] };
const one: ValueType = { batch: false, shape: [] };
const perSample: ValueType = { batch: true, shape: [] };

const buffer = (name: string, role: BufferRole, type: ValueType, more: Partial<Buffer> = {}): Buffer => ({
  id: id(name),
  role,
  type,
  description: `the ${name} of the example`,
  ...more,
});

const map = (out: number, expression: ScalarExpression, ...operands: number[]): Instruction => ({
  kind: "map",
  out: v(out),
  expression,
  operands: operands.map(v),
});
const reads = (...names: string[]): Phase["reads"] => names.map((name, k) => ({ value: v(k), buffer: id(name) }));
const writes = (targets: Record<string, number>): Phase["writes"] =>
  Object.entries(targets).map(([name, value]) => ({ buffer: id(name), value: v(value) }));
const types = (...list: ValueType[]): Phase["values"] => list.map((type) => ({ type }));

const [a0, a1, a2] = [argument(0), argument(1), argument(2)];

/** The prediction error x − zW of a fixed `x`, and z ← z + 0.1 · (x − zW)Wᵀ. */
export const handWrittenProgram: Program = {
  format: "settle-program",
  version: 1,
  circuit: { name: "hand-written", hash: "none" },
  states: [
    { id: "x", buffer: id("x") },
    { id: "z", buffer: id("z") },
  ],
  observed: [{ state: "x", field: "image", mode: "clamped", data: id("data:x") }],
  errors: [
    { id: "e", target: "x", prediction: id("prediction:e"), error: id("error-of:e"), discrepancy: id("discrepancy:e") },
  ],
  settle: { steps: 3 },
  learn: { batch: 2, rate: 0.5, rateInput: id("rate"), countInput: id("count") },
  relations: [
    {
      preShape: [2],
      postShape: [3],
      axes: [],
      preChannels: 2,
      postChannels: 3,
      groups: 1,
      weights: { kind: "tensor", order: "pre-post", shared: true },
    },
  ],
  buffers: [
    buffer("W", "parameter", w, { initial: { kind: "normal", mean: 0, std: 0.1 }, stream: "W" }),
    buffer("sum:W", "accumulator", w),
    buffer("x", "state", x),
    buffer("z", "state", z),
    buffer("data:x", "input", x),
    buffer("noise:z", "noise", z, { stream: "z" }),
    buffer("rate", "input", one, { initial: { kind: "constant", value: 0.5 } }),
    buffer("count", "input", one),
    buffer("prediction:e", "readout", x),
    buffer("error-of:e", "readout", x),
    buffer("discrepancy:e", "readout", perSample),
  ],
  phases: {
    start: {
      values: types(x, z),
      reads: reads("data:x", "noise:z"),
      instructions: [],
      writes: writes({ x: 0, z: 1 }),
    },
    step: {
      values: types(x, z, w, x, x, z, z),
      reads: reads("x", "z", "W"),
      instructions: [
        { kind: "contract", out: v(3), relation: 0, produce: "post", pre: v(1), weight: v(2) },
        map(4, sub(a0, a1), 0, 3),
        { kind: "contract", out: v(5), relation: 0, produce: "pre", post: v(4), weight: v(2) },
        map(6, add(a0, mul(0.1, a1)), 1, 5),
      ],
      writes: writes({ z: 6 }),
    },
    readout: {
      values: types(x, z, w, x, x, x, perSample),
      reads: reads("x", "z", "W"),
      instructions: [
        { kind: "contract", out: v(3), relation: 0, produce: "post", pre: v(1), weight: v(2) },
        map(4, sub(a0, a1), 0, 3),
        map(5, mul(0.5, mul(a0, a0)), 4),
        { kind: "reduce", out: v(6), operation: "sum", operand: v(5), axes: [0], batch: false, keep: false },
      ],
      writes: writes({ "prediction:e": 3, "error-of:e": 4, "discrepancy:e": 6 }),
    },
    accumulate: {
      values: types(z, x, w, w, w),
      reads: reads("z", "error-of:e", "sum:W"),
      instructions: [
        { kind: "contract", out: v(3), relation: 0, produce: "weight", pre: v(0), post: v(1) },
        map(4, add(a0, a1), 2, 3),
      ],
      writes: writes({ "sum:W": 4 }),
    },
    stability: { values: [], reads: [], instructions: [], writes: [] },
    restrain: { values: [], reads: [], instructions: [], writes: [] },
    apply: {
      values: types(w, w, one, one, w, w),
      reads: reads("W", "sum:W", "rate", "count"),
      instructions: [map(4, add(a0, mul(argument(3), div(a1, a2))), 0, 1, 3, 2), map(5, mul(0, a0), 1)],
      writes: writes({ W: 4, "sum:W": 5 }),
    },
  },
};
