/** A Program of one map, on 5 numbers a sample or as many as one likes. */
import type { BufferId, Instruction, Phase, Program, ScalarExpression, ValueId } from "@settle/program";

export const width = 5;
const x = "x" as BufferId;
const y = "y" as BufferId;
const empty: Phase = { values: [], reads: [], instructions: [], writes: [] };

/** Every step adds the expression of x to y. */
export function mapProgram(expression: ScalarExpression, elements = width): Program {
  const type = { shape: [elements], batch: true };
  const [a, b, c, d] = [0, 1, 2, 3] as unknown as readonly [ValueId, ValueId, ValueId, ValueId];
  const instructions: readonly Instruction[] = [
    { kind: "map", out: c, expression, operands: [a] },
    {
      kind: "map",
      out: d,
      expression: {
        kind: "binary",
        primitive: "add",
        a: { kind: "argument", index: 0 },
        b: { kind: "argument", index: 1 },
      },
      operands: [b, c],
    },
  ];
  const step: Phase = {
    values: [{ type }, { type }, { type }, { type }],
    reads: [
      { value: a, buffer: x },
      { value: b, buffer: y },
    ],
    instructions,
    writes: [{ buffer: y, value: d }],
  };
  return {
    format: "settle-program",
    version: 1,
    circuit: { name: "map", hash: "" },
    states: [],
    observed: [],
    errors: [],
    settle: { steps: 1 },
    learn: { batch: 1, rate: 0, rateInput: "rate" as BufferId, countInput: "count" as BufferId },
    relations: [],
    buffers: [
      { id: x, role: "input", type, description: "numbers" },
      { id: y, role: "state", type, description: "results" },
      { id: "rate" as BufferId, role: "input", type: { shape: [], batch: false }, description: "learning rate" },
    ],
    phases: {
      start: empty,
      step,
      readout: empty,
      accumulate: empty,
      apply: empty,
      stability: empty,
      restrain: empty,
    },
  };
}
