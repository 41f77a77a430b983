/** How parameters move in one update whose step rule adds nothing of its own: along Δ, by a small rate. */
import { type Equations, type GraphError, lower } from "@settle/compiler";
import type { BufferId } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import { readWeights } from "./check-formulas.ts";
import { fillParameters } from "./examined-parameters.ts";
import type { Point } from "./probe-bench.ts";

const rate = 1e-4;

/** @returns (after − before)/rate, by parameter */
export async function movementsOf(
  equations: Equations,
  point: Point,
  { engine, seed, batch }: { readonly engine: Engine; readonly seed: number; readonly batch: number },
): Promise<ReadonlyMap<string, Float64Array>> {
  const plain = plainly(equations);
  const program = lower(plain, { monitor: false });
  const executable = await engine.load(program);
  try {
    await fillParameters(plain, program, executable, seed);
    const before = await readWeights(program, executable);
    const inputs = new Map<BufferId, NumberArray>(program.states.map(({ id, buffer }) => [buffer, point.get(id)!]));
    await executable.run({ batch, schedule: [{ phase: "readout" }, { phase: "accumulate" }], inputs });
    const settings = new Map<BufferId, NumberArray>([
      [program.learn.rateInput, Float64Array.of(rate)],
      [program.learn.countInput, Float64Array.of(batch)],
    ]);
    await executable.run({ batch, schedule: [{ phase: "apply" }], inputs: settings });
    const after = await readWeights(program, executable);
    return new Map(
      [...after].map(([id, values]) => [id, values.map((value, k) => (value - before.get(id)![k]!) / rate)] as const),
    );
  } finally {
    await executable.dispose();
  }
}

/** No moments, no decay, no bound; a precision may come to any variance. */
function plainly(equations: Equations): Equations {
  const { graph, parameters } = equations;
  const { stable: _, ...learn } = graph.learn;
  const errors = [...graph.errors].map(([id, error]): readonly [string, GraphError] =>
    error.precision?.learn === undefined
      ? [id, error]
      : [id, { ...error, precision: { ...error.precision, learn: { floor: 1e-12 } } }],
  );
  return {
    ...equations,
    graph: { ...graph, learn, errors: new Map(errors) },
    parameters: parameters.map((parameter) => ({
      ...parameter,
      learning: { learns: parameter.learning.learns, rule: { kind: "sgd" }, rateFactor: 1, decay: 0 },
      constraint: { kind: "none" },
    })),
  };
}
