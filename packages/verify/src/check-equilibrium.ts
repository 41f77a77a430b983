/**
 * Where the motion of a circuit is linear it has an equilibrium in closed form, to which settling must lead.
 *
 * Of a circuit that descends ½‖J z − r‖², J and r are read off its *errors*, so that nothing of the corrections under
 * test goes into the solution; of another linear circuit the motion A z + c itself is solved for its rest.
 */
import { type Equations, lower, type Probe } from "@settle/compiler";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import type { Energy } from "./energies.ts";
import { fillParameters } from "./examined-parameters.ts";
import { createProbeBench, type Point, type ProbeBench, probe, randomPoint, relativeError } from "./probe-bench.ts";
import { checkOf, type EquilibriumVerdict } from "./verification.ts";

/** More unknowns make the dense solution slow. */
const largest = 400;
const mostSteps = 20_000;
const tolerance = 1e-6;
/** Below this share of the largest, nothing pulls in a direction of the energy. */
const flat = 1e-10;

interface Unknowns {
  readonly ids: readonly string[];
  readonly size: number;
}

export async function checkEquilibrium(
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  descends: boolean,
  engine: Engine,
  seed: number,
): Promise<EquilibriumVerdict> {
  const { graph } = equations;
  const ids = [...graph.states.values()].filter(({ observed }) => observed === undefined).map(({ id }) => id);
  const size = ids.reduce((total, id) => total + sizeOf(graph.states.get(id)!.shape), 0);
  const unknowns: Unknowns = { ids, size };
  if (ids.length === 0) return notChecked("no state moves");
  const probes = new Map<string, Probe>();
  for (const [error, { target, before }] of energies) {
    const { shape } = graph.errors.get(error)!;
    probes.set(`target/${error}`, probe(target, shape));
    probes.set(`before/${error}`, probe(before, shape));
  }
  for (const id of ids) probes.set(`flow/${id}`, probe(equations.flows.get(id)!, graph.states.get(id)!.shape));
  const bench = await createProbeBench(equations, probes, engine, seed);
  try {
    const point = randomPoint(equations, seed, 1);
    if (!(await isLinear(bench, probes, point, unknowns))) return notChecked("settling is not linear");
    if (size > largest) return notChecked(`${size} unknowns; a closed form is solved for up to ${largest}`);
    const motion = await affine(
      bench,
      ids.map((id) => `flow/${id}`),
      point,
      unknowns,
    );
    const rates = new EigenvalueDecomposition(motion.matrix.clone());
    const pulls = rates.realEigenvalues.map((real, k) => ({
      real,
      size: Math.hypot(real, rates.imaginaryEigenvalues[k]!),
    }));
    const strongest = Math.max(...pulls.map((pull) => pull.size));
    const moving = pulls.filter((pull) => pull.size > flat * strongest);
    if (strongest >= 2) {
      return notChecked(`a plain step diverges at this rate (β·λmax = ${strongest.toPrecision(3)}, 2 or more)`);
    }
    if (moving.some(({ real }) => real > 0))
      return notChecked("settling does not come to rest: the motion grows in a direction");
    const free = size - moving.length;
    const slowest = Math.min(...moving.map(({ real }) => -real));
    const steps = Math.ceil(25 / slowest);
    if (steps > mostSteps)
      return notChecked(`coming to rest takes some ${steps.toLocaleString("en")} steps at this rate`);
    if (free > 0 && !descends) return notChecked("the motion has no single rest");
    const solution = descends
      ? leastSquares(await residuals(bench, equations, energies, point, unknowns), equations, unknowns)
      : { rest: solve(motion.matrix, motion.constant.clone().mul(-1)).to1DArray(), pulling: undefined };
    const settled = await settle(equations, engine, seed, { point, unknowns, steps });
    const along = (values: readonly number[]): readonly number[] =>
      solution.pulling === undefined ? values : solution.pulling.mmul(Matrix.columnVector([...values])).to1DArray();
    const error = relativeError(along(settled), along(solution.rest));
    const what = descends
      ? "settled states against the least-squares solution of the errors"
      : "settled states against the rest of the linear motion";
    return { kind: "checked", unknowns: size, free, steps, check: checkOf(what, error, tolerance) };
  } finally {
    await bench.executable.dispose();
  }
}

const notChecked = (reason: string): EquilibriumVerdict => ({ kind: "not-checked", reason });

/** f(z + v) − 2 f(z) + f(z − v) vanishes for all probes and a large random v. */
async function isLinear(
  bench: ProbeBench,
  probes: ReadonlyMap<string, Probe>,
  point: Point,
  { ids }: Unknowns,
): Promise<boolean> {
  const moved = new Map(
    [...point].map(([id, z]) => [
      id,
      ids.includes(id) ? Float64Array.of(...z.map((x) => 3 * x + 1), ...z, ...z.map((x) => -x - 1)) : repeat(z, 3),
    ]),
  );
  const read = await bench.read(moved, 3);
  for (const name of probes.keys()) {
    const values = read(name);
    const third = values.length / 3;
    const largestValue = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    for (let k = 0; k < third; k++) {
      const bend = values[k]! - 2 * values[k + third]! + values[k + 2 * third]!;
      if (!(Math.abs(bend) <= 1e-9 * largestValue)) return false;
    }
  }
  return true;
}

interface Affine {
  /** One column per unknown. */
  readonly matrix: Matrix;
  /** The value where all unknowns are 0, as a column. */
  readonly constant: Matrix;
}

/** Probes as an affine map of the unknowns: read at 0 and at every unit vector, all in one batch. */
async function affine(
  bench: ProbeBench,
  names: readonly string[],
  point: Point,
  { ids, size }: Unknowns,
): Promise<Affine> {
  const batch = size + 1;
  let first = 1;
  const moved = new Map<string, Float64Array>();
  for (const [id, z] of point) {
    if (!ids.includes(id)) {
      moved.set(id, repeat(z, batch));
      continue;
    }
    const values = new Float64Array(batch * z.length);
    for (let k = 0; k < z.length; k++) values[(first + k) * z.length + k] = 1;
    first += z.length;
    moved.set(id, values);
  }
  const read = await bench.read(moved, batch);
  const samples = Array.from({ length: batch }, (_, n) =>
    names.flatMap((name) => {
      const values = read(name);
      const each = values.length / batch;
      return [...values.subarray(n * each, (n + 1) * each)];
    }),
  );
  const origin = samples[0]!;
  const columns = new Matrix(samples.slice(1)).transpose();
  const constant = Matrix.columnVector(origin);
  return { matrix: columns.subColumnVector(origin), constant };
}

/** The rows of J z − r: errors by the root of their precision, then what priors and leaks pull with. */
async function residuals(
  bench: ProbeBench,
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  point: Point,
  unknowns: Unknowns,
): Promise<Affine> {
  const names = [...energies.keys()];
  const targets = await affine(
    bench,
    names.map((id) => `target/${id}`),
    point,
    unknowns,
  );
  const predictions = await affine(
    bench,
    names.map((id) => `before/${id}`),
    point,
    unknowns,
  );
  const roots = names.flatMap((id) => {
    const weights = energies.get(id)!.weights!;
    const size = sizeOf(equations.graph.errors.get(id)!.shape);
    return Array.from({ length: size }, (_, k) => Math.sqrt(weights[k % weights.length]!));
  });
  return {
    matrix: Matrix.sub(targets.matrix, predictions.matrix).mulColumnVector(roots),
    constant: Matrix.sub(targets.constant, predictions.constant).mulColumnVector(roots),
  };
}

/** @returns the rest nearest to 0, and the directions in which something pulls, as rows */
function leastSquares(
  { matrix, constant }: Affine,
  { graph }: Equations,
  { ids, size }: Unknowns,
): { readonly rest: readonly number[]; readonly pulling: Matrix } {
  const normal = matrix.transpose().mmul(matrix);
  // A Gaussian prior λz² and a leak (γ/2β)z² (γ/2 where scaled) add to the diagonal.
  let index = 0;
  for (const id of ids) {
    const { prior, leak, rate, shape } = graph.states.get(id)!;
    const beta = rate === "auto" ? graph.settle.auto!.initial : rate;
    const pull = (prior.kind === "gaussian" ? 2 * prior.strength : 0) + (leak.scaled ? leak.rate : leak.rate / beta);
    for (let k = 0; k < sizeOf(shape); k++, index++) normal.set(index, index, normal.get(index, index) + pull);
  }
  const right = matrix.transpose().mmul(constant).mul(-1);
  const { eigenvectorMatrix: basis, realEigenvalues } = new EigenvalueDecomposition(normal, { assumeSymmetric: true });
  const strongest = Math.max(...realEigenvalues);
  const kept = realEigenvalues.flatMap((value, k) => (value > flat * strongest ? [k] : []));
  const pulling = basis.transpose().subMatrixRow(kept);
  const coordinates = pulling
    .mmul(right)
    .to1DArray()
    .map((value, k) => value / realEigenvalues[kept[k]!]!);
  const rest = pulling.transpose().mmul(Matrix.columnVector(coordinates)).to1DArray();
  return { rest: rest.slice(0, size), pulling };
}

/** The circuit's own steps, whatever its integrator, from its own start; a tolerance would end them early. */
async function settle(
  equations: Equations,
  engine: Engine,
  seed: number,
  { point, unknowns, steps }: { readonly point: Point; readonly unknowns: Unknowns; readonly steps: number },
): Promise<readonly number[]> {
  const { tolerance: _, ...settling } = equations.graph.settle;
  const program = lower({ ...equations, graph: { ...equations.graph, settle: settling } }, { monitor: false });
  const executable = await engine.load(program);
  try {
    await fillParameters(equations, program, executable, seed);
    const inputs = new Map<BufferId, NumberArray>();
    for (const { state, data } of program.observed) if (data !== undefined) inputs.set(data, point.get(state)!);
    for (const { id, role, type } of program.buffers) {
      if (role === "noise") inputs.set(id, new Float64Array(sizeOf(type.shape)));
    }
    const buffers = unknowns.ids.map((id) => bufferOf(program, id));
    const schedule = [{ phase: "start" }, { phase: "step", times: steps }] as const;
    const values = await executable.run({ batch: 1, schedule, inputs, outputs: buffers });
    return buffers.flatMap((buffer) => [...values.get(buffer)!]);
  } finally {
    await executable.dispose();
  }
}

const bufferOf = (program: Program, state: string): BufferId => program.states.find(({ id }) => id === state)!.buffer;

function repeat(values: Float64Array, times: number): Float64Array {
  const all = new Float64Array(times * values.length);
  for (let n = 0; n < times; n++) all.set(values, n * values.length);
  return all;
}
