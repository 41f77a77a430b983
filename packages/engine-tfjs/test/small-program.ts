/** A circuit of one map over another, written as a Program by hand: x ← W · φ(z) + b, a strided deconvolution. */
import {
  add,
  argument,
  type Buffer,
  type BufferId,
  type BufferRole,
  constant,
  div,
  type Instruction,
  max,
  mul,
  type Phase,
  type Program,
  type Relation,
  type ScalarExpression,
  select,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";

export const id = (name: string): BufferId => name as BufferId;
const [a0, a1, a2, a3] = [argument(0), argument(1), argument(2), argument(3)];

export const deconvolution: Relation = {
  preShape: [3, 3, 4],
  postShape: [6, 6, 2],
  axes: [
    { big: "post", stride: 2, taps: 3, pad: 0, pre: 3, post: 6 },
    { big: "post", stride: 2, taps: 3, pad: 0, pre: 3, post: 6 },
  ],
  preChannels: 4,
  postChannels: 2,
  groups: 1,
  weights: { kind: "tensor", order: "post-pre", shared: true },
};

const image: ValueType = { batch: true, shape: [6, 6, 2] };
const map: ValueType = { batch: true, shape: [3, 3, 4] };
const weights: ValueType = { batch: false, shape: [3, 3, 2, 4] };
const channels: ValueType = { batch: false, shape: [2] };
const number: ValueType = { batch: false, shape: [] };
const perSample: ValueType = { batch: true, shape: [] };

/** Records one phase; values are numbered as they come. */
class PhaseRecorder {
  readonly #values: { readonly type: ValueType }[] = [];
  readonly #reads: { readonly value: ValueId; readonly buffer: BufferId }[] = [];
  readonly #instructions: Instruction[] = [];
  readonly #writes: { readonly value: ValueId; readonly buffer: BufferId }[] = [];

  read(buffer: string, type: ValueType): ValueId {
    const value = this.#value(type);
    this.#reads.push({ value, buffer: id(buffer) });
    return value;
  }

  contract(
    produce: "pre" | "post" | "weight",
    type: ValueType,
    operands: Partial<Record<"pre" | "post" | "weight", ValueId>>,
  ): ValueId {
    const out = this.#value(type);
    this.#instructions.push({ kind: "contract", out, relation: 0, produce, ...operands });
    return out;
  }

  map(type: ValueType, expression: ScalarExpression, ...operands: ValueId[]): ValueId {
    const out = this.#value(type);
    this.#instructions.push({ kind: "map", out, expression, operands });
    return out;
  }

  sum(type: ValueType, operand: ValueId, axes: readonly number[], batch: boolean): ValueId {
    const out = this.#value(type);
    this.#instructions.push({ kind: "reduce", out, operation: "sum", operand, axes, batch, keep: false });
    return out;
  }

  write(buffer: string, value: ValueId): this {
    this.#writes.push({ value, buffer: id(buffer) });
    return this;
  }

  finish(): Phase {
    return { values: this.#values, reads: this.#reads, instructions: this.#instructions, writes: this.#writes };
  }

  #value(type: ValueType): ValueId {
    return (this.#values.push({ type }) - 1) as ValueId;
  }
}

const buffer = (name: string, role: BufferRole, type: ValueType, more: Partial<Buffer> = {}): Buffer => ({
  id: id(name),
  role,
  type,
  description: `${name} of the example`,
  ...more,
});

/** φ(z) = z above zero, 0.2 z below. */
const leaky = (z: ScalarExpression): ScalarExpression => select(z, "gt", 0, z, mul(0.2, z));

function predict(p: PhaseRecorder): {
  readonly z: ValueId;
  readonly mean: ValueId;
  readonly error: ValueId;
  readonly phi: ValueId;
  readonly w: ValueId;
} {
  const x = p.read("x", image);
  const z = p.read("z", map);
  const w = p.read("W", weights);
  const bias = p.read("bias", channels);
  const phi = p.map(map, leaky(a0), z);
  const sent = p.contract("post", image, { pre: phi, weight: w });
  const mean = p.map(image, add(a0, a1), sent, bias);
  return { z, mean, phi, w, error: p.map(image, sub(a0, a1), x, mean) };
}

function step(): Phase {
  const p = new PhaseRecorder();
  const { z, error, w } = predict(p);
  const sent = p.contract("pre", map, { post: error, weight: w });
  return p.write("z", p.map(map, sub(add(a0, mul(0.1, a1)), mul(0.01, a0)), z, sent)).finish();
}

function readout(): Phase {
  const p = new PhaseRecorder();
  const { mean, error } = predict(p);
  const discrepancy = p.sum(perSample, p.map(image, mul(0.5, mul(a0, a0)), error), [0, 1, 2], false);
  return p.write("prediction", mean).write("error", error).write("discrepancy", discrepancy).finish();
}

function accumulate(): Phase {
  const p = new PhaseRecorder();
  const z = p.read("z", map);
  const error = p.read("error", image);
  const sums = { W: p.read("sum:W", weights), bias: p.read("sum:bias", channels) };
  const gradient = p.contract("weight", weights, { pre: p.map(map, leaky(a0), z), post: error });
  const biasGradient = p.sum(channels, error, [0, 1], true);
  return p
    .write("sum:W", p.map(weights, add(a0, a1), sums.W, gradient))
    .write("sum:bias", p.map(channels, add(a0, a1), sums.bias, biasGradient))
    .finish();
}

function apply(): Phase {
  const p = new PhaseRecorder();
  const rate = p.read("rate", number);
  const count = p.read("count", number);
  for (const [name, type] of [
    ["W", weights],
    ["bias", channels],
  ] as const) {
    const sum = p.read(`sum:${name}`, type);
    const moved = p.map(type, add(a0, mul(a3, div(a1, max(a2, 1)))), p.read(name, type), sum, count, rate);
    p.write(name, moved).write(`sum:${name}`, p.map(type, mul(0, a0), sum));
  }
  return p.finish();
}

function start(): Phase {
  const p = new PhaseRecorder();
  const noise = p.map(map, add(constant(0.5), mul(0.05, a0)), p.read("noise:z", map));
  return p.write("z", noise).write("x", p.read("data:x", image)).finish();
}

export const smallProgram: Program = {
  format: "settle-program",
  version: 1,
  circuit: { name: "small", hash: "none" },
  states: [
    { id: "x", buffer: id("x") },
    { id: "z", buffer: id("z") },
  ],
  observed: [{ state: "x", field: "image", mode: "clamped", data: id("data:x") }],
  errors: [{ id: "e", target: "x", prediction: id("prediction"), error: id("error"), discrepancy: id("discrepancy") }],
  settle: { steps: 5 },
  learn: { batch: 2, rate: 0.5, rateInput: id("rate"), countInput: id("count") },
  relations: [deconvolution],
  buffers: [
    buffer("W", "parameter", weights, { initial: { kind: "normal", mean: 0, std: 0.1 }, stream: "W" }),
    buffer("bias", "parameter", channels, { initial: { kind: "constant", value: 0.25 } }),
    buffer("sum:W", "accumulator", weights),
    buffer("sum:bias", "accumulator", channels),
    buffer("x", "state", image),
    buffer("z", "state", map),
    buffer("data:x", "input", image),
    buffer("noise:z", "noise", map, { stream: "z" }),
    buffer("rate", "input", number, { initial: { kind: "constant", value: 0.5 } }),
    buffer("count", "input", number),
    buffer("prediction", "readout", image),
    buffer("error", "readout", image),
    buffer("discrepancy", "readout", perSample),
  ],
  phases: {
    start: start(),
    step: step(),
    readout: readout(),
    accumulate: accumulate(),
    apply: apply(),
    stability: new PhaseRecorder().finish(),
    restrain: new PhaseRecorder().finish(),
  },
};
