/** x ≈ z W, written as a Program by hand: two latent units, three observed ones, no bias, no monitor. */
import {
  add,
  argument,
  type Buffer,
  type BufferId,
  type BufferRole,
  mul,
  type Phase,
  type Program,
  type Relation,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";

export const id = (name: string): BufferId => name as BufferId;
const v = (index: number): ValueId => index as ValueId;

const relation: Relation = {
  preShape: [2],
  postShape: [3],
  axes: [],
  preChannels: 2,
  postChannels: 3,
  groups: 1,
  weights: { kind: "tensor", order: "pre-post", shared: true },
};

const x: ValueType = { batch: true, shape: [3] };
const z: ValueType = { batch: true, shape: [2] };
const w: ValueType = { batch: false, shape: [2, 3] };
const number: ValueType = { batch: false, shape: [] };

const buffer = (name: string, role: BufferRole, type: ValueType, more: Partial<Buffer> = {}): Buffer => ({
  id: id(name),
  role,
  type,
  description: `${name} of the example`,
  ...more,
});

const start: Phase = {
  values: [{ type: x }, { type: z }],
  reads: [
    { value: v(0), buffer: id("data:x") },
    { value: v(1), buffer: id("noise:z") },
  ],
  instructions: [],
  writes: [
    { buffer: id("x"), value: v(0) },
    { buffer: id("z"), value: v(1) },
  ],
};

/** e = x − z W, z ← z + 0.1 e Wᵀ. */
const step: Phase = {
  values: [
    { type: x, label: "x" },
    { type: z, label: "z" },
    { type: w, label: "W" },
    { type: x, label: "μ" },
    { type: x, label: "e" },
    { type: z, label: "d" },
    { type: z, label: "z′" },
  ],
  reads: [
    { value: v(0), buffer: id("x") },
    { value: v(1), buffer: id("z") },
    { value: v(2), buffer: id("W") },
  ],
  instructions: [
    { kind: "contract", out: v(3), relation: 0, produce: "post", pre: v(1), weight: v(2) },
    { kind: "map", out: v(4), expression: sub(argument(0), argument(1)), operands: [v(0), v(3)] },
    { kind: "contract", out: v(5), relation: 0, produce: "pre", post: v(4), weight: v(2) },
    { kind: "map", out: v(6), expression: add(argument(0), mul(0.1, argument(1))), operands: [v(1), v(5)] },
  ],
  writes: [{ buffer: id("z"), value: v(6) }],
};

/** sum ← sum + Σ zᵀ x. */
const accumulate: Phase = {
  values: [{ type: x }, { type: z }, { type: w }, { type: w }, { type: w }],
  reads: [
    { value: v(0), buffer: id("x") },
    { value: v(1), buffer: id("z") },
    { value: v(2), buffer: id("sum:W") },
  ],
  instructions: [
    { kind: "contract", out: v(3), relation: 0, produce: "weight", pre: v(1), post: v(0) },
    { kind: "map", out: v(4), expression: add(argument(0), argument(1)), operands: [v(2), v(3)] },
  ],
  writes: [{ buffer: id("sum:W"), value: v(4) }],
};

/** W ← W + rate · sum. */
const apply: Phase = {
  values: [{ type: w }, { type: w }, { type: number }, { type: w }],
  reads: [
    { value: v(0), buffer: id("W") },
    { value: v(1), buffer: id("sum:W") },
    { value: v(2), buffer: id("rate") },
  ],
  instructions: [
    {
      kind: "map",
      out: v(3),
      expression: add(argument(0), mul(argument(1), argument(2))),
      operands: [v(0), v(1), v(2)],
    },
  ],
  writes: [{ buffer: id("W"), value: v(3) }],
};

const nothing: Phase = { values: [], reads: [], instructions: [], writes: [] };

export const linearProgram: Program = {
  format: "settle-program",
  version: 1,
  circuit: { name: "linear", hash: "none" },
  states: [
    { id: "x", buffer: id("x") },
    { id: "z", buffer: id("z") },
  ],
  observed: [{ state: "x", field: "image", mode: "clamped", data: id("data:x") }],
  errors: [],
  settle: { steps: 5 },
  learn: { batch: 2, rate: 0.5, rateInput: id("rate"), countInput: id("count") },
  relations: [relation],
  buffers: [
    buffer("W", "parameter", w, { initial: { kind: "values", values: [0.5, -1, 0.25, 1, 0.5, -0.75] } }),
    buffer("sum:W", "accumulator", w),
    buffer("x", "state", x),
    buffer("z", "state", z),
    buffer("data:x", "input", x),
    buffer("noise:z", "noise", z, { stream: "z" }),
    buffer("rate", "input", number, { initial: { kind: "constant", value: 0.5 } }),
    buffer("count", "input", number),
  ],
  phases: { start, step, readout: nothing, accumulate, apply, stability: nothing, restrain: nothing },
};
