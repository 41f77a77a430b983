/** The interpreter of kernel plans behind the engine contract, so that plans can be held against the reference engine. */
import { interpretPlan, planProgram, type PlanInterpreter, verifyPlan } from "@settle/kernels";
import { type BufferId, fixedValues, type ScalarExpression, sizeOf } from "@settle/program";
import type { Engine } from "@settle/runtime";

export const interpretedKernels = (lanes: number): Engine => ({
  name: `interpreted kernels, ${lanes} lanes`,
  description: "kernel plans, run plainly",
  probe: async () => ({ available: true, device: "interpreter", version: "1" }),
  load: async (program) => {
    const plan = planProgram(program, { lanes, carry: true });
    const faults = verifyPlan(plan);
    if (faults.length > 0) throw new Error(faults.join("\n"));
    const single = new Map<BufferId, Float64Array>();
    for (const buffer of program.buffers) {
      const { id, type } = buffer;
      if (!type.batch) single.set(id, fixedValues(buffer) ?? new Float64Array(sizeOf(type.shape)));
    }
    let batch = 1;
    let interpreter: PlanInterpreter = interpretPlan(plan, batch, evaluate);
    const readBatched = program.buffers.filter(({ type }) => !type.batch);
    const begin = (samples: number): void => {
      for (const { id } of readBatched) single.set(id, interpreter.read(id));
      batch = samples;
      interpreter = interpretPlan(plan, batch, evaluate);
      for (const [id, values] of single) interpreter.write(id, values);
    };
    for (const [id, values] of single) interpreter.write(id, values);
    return {
      program,
      info: { name: "interpreted", device: "interpreter", dtype: "float64", deterministic: true },
      run: async (request) => {
        if (request.batch !== batch) begin(request.batch);
        for (const [id, values] of request.inputs ?? []) interpreter.write(id, Float64Array.from(values));
        interpreter.run(request.schedule);
        return new Map((request.outputs ?? []).map((id) => [id, interpreter.read(id)]));
      },
      write: async (id, values) => interpreter.write(id, Float64Array.from(values)),
      read: async (id) => interpreter.read(id),
      dispose: async () => {},
    };
  },
});

function evaluate(expression: ScalarExpression, operands: readonly number[]): number {
  const of = (e: ScalarExpression): number => evaluate(e, operands);
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "argument":
      return operands[expression.index]!;
    case "unary":
      if (expression.primitive === "neg") return -of(expression.a);
      return expression.primitive === "erf" ? erf(of(expression.a)) : Math[expression.primitive](of(expression.a));
    case "binary": {
      const [a, b] = [of(expression.a), of(expression.b)];
      const values = { add: a + b, sub: a - b, mul: a * b, div: a / b, min: Math.min(a, b), max: Math.max(a, b) };
      return values[expression.primitive];
    }
    case "select": {
      const [a, b] = [of(expression.a), of(expression.b)];
      const holds = { lt: a < b, le: a <= b, gt: a > b, ge: a >= b, eq: a === b }[expression.comparison];
      return of(holds ? expression.then : expression.otherwise);
    }
    default:
      return expression satisfies never;
  }
}

/** The Taylor series about 0: good to 1e-12 for the small arguments of these tests. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
