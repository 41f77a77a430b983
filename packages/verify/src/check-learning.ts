/** What every parameter learns against finite differences of the energy it should descend, or against its formula. */
import { type Equations, type GraphSynapse, type Parameter, printTerm, type Probe, type Term } from "@settle/compiler";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, Executable, NumberArray } from "@settle/runtime";
import { angleBetween, directions, energyProbes, smallestError, tolerance } from "./check-corrections.ts";
import { checkBlockDelta, formulaProbes, readWeights } from "./check-formulas.ts";
import { drivesItself } from "./check-laterals.ts";
import { completedEquations, isWhitenedWhole } from "./completed-equations.ts";
import { energyChange } from "./energy-change.ts";
import type { Energy } from "./energies.ts";
import { energyOfLateral, lateralEnergyProbes } from "./lateral-energies.ts";
import { errorsIn } from "./pathways.ts";
import {
  createProbeBench,
  dot,
  type Point,
  type ProbeBench,
  randomDirections,
  randomPoint,
  relativeError,
} from "./probe-bench.ts";
import { movementsOf } from "./plain-updates.ts";
import { checkOf, type Departure, type RuleVerdict } from "./verification.ts";

const batch = 2;

type Read = (name: string) => Float64Array;

export async function checkLearning(
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  engine: Engine,
  seed: number,
): Promise<readonly RuleVerdict[]> {
  const probes = new Map<string, Probe>([
    ...energyProbes(equations, energies),
    ...formulaProbes(equations),
    ...lateralEnergyProbes(equations),
  ]);
  const bench = await createProbeBench(equations, probes, engine, seed);
  const whitened = [...equations.graph.errors.values()].filter(isWhitenedWhole).map(({ id }) => id);
  const completed =
    whitened.length === 0 ? bench : await createProbeBench(completedEquations(equations), probes, engine, seed);
  try {
    const point = randomPoint(equations, seed + 1, batch);
    const sums = await accumulate(bench, point);
    const completedSums = completed === bench ? sums : await accumulate(completed, point);
    const moved = await movementsOf(equations, point, { engine, seed, batch });
    const weights = await readWeights(bench.program, bench.executable);
    const at = await bench.read(point, batch);
    const samples = Array.from({ length: batch }, (_, n) => sampleOf(at, n));
    const verdicts: RuleVerdict[] = [];
    for (const parameter of equations.parameters) {
      const { id, kind, follows, owner } = parameter;
      if (!parameter.learning.learns) continue;
      // What is masked away learns nothing.
      const mask = parameter.mask === undefined ? undefined : weights.get(parameter.mask);
      if (kind === "error") {
        verdicts.push(
          followsTwin(
            equations,
            parameter,
            moved.get(id)!,
            sums.get(follows.parameter)!.map((value, k) => (mask?.[k] === 0 ? 0 : value)),
          ),
        );
        continue;
      }
      const delta = equations.deltas.get(id)!;
      const rule = printTerm(delta, equations);
      const examined: Examined = { bench, point, id, values: weights.get(id)!, seed };
      if (kind === "lateral") {
        const { descends, message, energy } = energyOfLateral(equations, owner);
        const { weights: form, from, to } = equations.graph.laterals.get(owner)!;
        const shape = equations.graph.states.get(from)!.shape;
        const still = (k: number): boolean =>
          from === to && (form.kind === "dense" || form.kind === "conv2d") && drivesItself(form, shape, k);
        const error = await differences(
          examined,
          sums.get(id)!,
          still,
          ({ below, above }) => energy(above) - energy(below),
        );
        verdicts.push({
          id,
          rule,
          gradient: false,
          descends,
          departures: [{ kind: "lateral", message }],
          formulas: [],
          check: checkOf(`Δ ${id} against −∂(${descends})/∂${id}`, error, tolerance),
        });
        continue;
      }
      if (kind === "precision") {
        const energy = discrepancyOf(energies.get(owner)!);
        const { shape } = bench.program.buffers.find((each) => each.id === id)!.type;
        const still = (k: number): boolean => shape.length % 2 === 0 && shape.length > 0 && isAbove(k, shape.at(-1)!);
        const along = moved.get(id)!.map((value) => batch * value);
        const error = await differences(examined, along, still, ({ below, above, change }) => {
          const determinant =
            batch * (logDeterminant(equations, owner, above.values) - logDeterminant(equations, owner, below.values));
          return change(energy) + determinant;
        });
        const what = `Δ ${id} against −∂(½‖${owner}‖² + ½ log det Σ)/∂${id}`;
        verdicts.push({
          id,
          rule,
          gradient: true,
          departures: [],
          formulas: [],
          check: checkOf(what, error, tolerance),
        });
        continue;
      }
      const involved = errorsOf(equations, delta).map((error) => energies.get(error)!);
      const own = departuresOf(equations, id, delta);
      const departures = [...own, ...involved.flatMap((energy) => energy.departures.filter(bearsOnWeights))];
      const verdict = { id, rule, gradient: departures.length === 0, departures, formulas: [] };
      if (own.length > 0) {
        const formula = checkBlockDelta(equations, id, sums.get(id)!, samples, weights);
        verdicts.push({ ...verdict, formulas: formula === undefined ? [] : [formula] });
        continue;
      }
      const undone = involved.some(({ verdict: { error } }) => whitened.includes(error));
      const subject = (undone ? completedSums : sums).get(id)!;
      const error = await differences(
        { ...examined, bench: undone ? completed : bench },
        subject,
        (k) => mask?.[k] === 0,
        ({ change }) => involved.reduce((total, energy) => total + change(energy), 0),
      );
      verdicts.push({
        ...verdict,
        check: checkOf(`Δ ${id}${undone ? ", completed," : ""} against −∂E/∂${id}`, error, tolerance),
        ...(undone ? { angle: angleBetween(sums.get(id)!, subject) } : {}),
      });
    }
    return verdicts;
  } finally {
    await bench.executable.dispose();
    if (completed !== bench) await completed.executable.dispose();
  }
}

/** Σ Δ over the batch, by parameter. */
async function accumulate(bench: ProbeBench, point: Point): Promise<ReadonlyMap<string, Float64Array>> {
  const { program, executable } = bench;
  await bench.read(point, batch);
  const inputs = new Map<BufferId, NumberArray>(program.states.map(({ id, buffer }) => [buffer, point.get(id)!]));
  await executable.run({ batch, schedule: [{ phase: "readout" }, { phase: "accumulate" }], inputs });
  return readSums(program, executable);
}

async function readSums(program: Program, executable: Executable): Promise<ReadonlyMap<string, Float64Array>> {
  const sums = new Map<string, Float64Array>();
  for (const { id, role } of program.buffers) {
    if (role === "accumulator") sums.set(id.replace(/^sum\//, ""), Float64Array.from(await executable.read(id)));
  }
  return sums;
}

interface Examined {
  readonly bench: ProbeBench;
  readonly point: Point;
  readonly id: string;
  readonly values: Float64Array;
  readonly seed: number;
}

/** Readings beside the point, with the parameter as it is there. */
interface Beside {
  readonly below: Read & { readonly values: Float64Array };
  readonly above: Read & { readonly values: Float64Array };
  /** How much the energy around an error node differs, over the batch. */
  readonly change: (energy: Energy) => number;
}

/** Σ Δ along random directions against differences of an energy over the batch; `still` entries are not moved. */
async function differences(
  { bench, point, id, values, seed }: Examined,
  learned: Float64Array,
  still: (entry: number) => boolean,
  difference: (beside: Beside) => number,
): Promise<number | null> {
  const buffer = id as BufferId;
  const at = await bench.read(point, batch);
  const error = await smallestError(async (epsilon) => {
    const wanted: number[] = [];
    const got: number[] = [];
    for (const drawn of randomDirections(seed, id, directions, values.length)) {
      const direction = drawn.map((value, k) => (still(k) ? 0 : value));
      const movedBy = async (by: number): Promise<Beside["below"]> => {
        const shifted = values.map((value, k) => value + by * direction[k]!);
        await bench.executable.write(buffer, shifted);
        return Object.assign(await bench.read(point, batch), { values: shifted });
      };
      const [below, above] = [await movedBy(-epsilon), await movedBy(epsilon)];
      const change = (energy: Energy): number => {
        let total = 0;
        for (let n = 0; n < batch; n++) {
          const around = { below: sampleOf(below, n), at: sampleOf(at, n), above: sampleOf(above, n) };
          total += energyChange(energy, "prediction", around);
        }
        return total;
      };
      wanted.push(-difference({ below, above, change }) / (2 * epsilon));
      got.push(dot(learned, direction));
    }
    return relativeError(got, wanted);
  });
  await bench.executable.write(buffer, values);
  return error;
}

const sampleOf =
  (read: Read, n: number): Read =>
  (name) => {
    const all = read(name);
    return all.subarray((n * all.length) / batch, ((n + 1) * all.length) / batch);
  };

/** Error weights of their own descend nothing: they move along their twin's Δ. */
function followsTwin(
  equations: Equations,
  { id, follows: { parameter, by } }: Parameter,
  moved: Float64Array,
  sum: Float64Array,
): RuleVerdict {
  const rule = `${by}·Δ ${parameter}`;
  const wanted = sum.map((value) => (by * value) / batch);
  const message = `${id} follows ${rule} = ${by}·(${printTerm(equations.deltas.get(parameter)!, equations)}); it descends nothing itself`;
  return {
    id,
    rule,
    gradient: false,
    departures: [{ kind: "separate-feedback", message }],
    formulas: [checkOf(`Δ ${id} against ${rule}`, relativeError(moved, wanted), tolerance)],
  };
}

/** ½ log det Σ of one sample: each entry has the σ of its own or its channel, each position the R of its map. */
function logDeterminant({ graph }: Equations, error: string, factor: Float64Array): number {
  const { shape, precision } = graph.errors.get(error)!;
  const entries = sizeOf(shape);
  const n = shape.at(-1)!;
  const full = precision?.kind === "full";
  let total = 0;
  for (let k = 0; k < entries; k++) total += Math.log(factor[full ? (k % n) * (n + 1) : k % factor.length]!);
  return total;
}

const discrepancyOf = (energy: Energy): Energy => ({ ...energy, isDiscrepancy: true });

/** What stands above the diagonal of a factor is not read. */
const isAbove = (k: number, size: number): boolean => k % size > Math.floor(k / size) % size;

/** The target moving elsewhere does not make a weight's own rule less of a gradient. */
const bearsOnWeights = ({ kind }: Departure): boolean => kind !== "two-energies";

/** Sums are opened, factors left out. */
function coresOf(term: Term): readonly Term[] {
  if (term.kind === "sum") return term.terms.flatMap(coresOf);
  return term.kind === "scale" ? coresOf(term.of) : [term];
}

/** The synapse that a stage's weights belong to. */
function ownerOf({ graph }: Equations, stage: string): GraphSynapse | undefined {
  const owner = graph.stages.get(stage)?.synapse;
  return owner === undefined ? undefined : graph.synapses.get(owner);
}

/** Error nodes whose energy a parameter bears on. */
function errorsOf(equations: Equations, delta: Term): readonly string[] {
  const reached = coresOf(delta).flatMap((core) =>
    core.kind === "correlate" ? (ownerOf(equations, core.stage)?.to ?? []) : errorsIn(core),
  );
  return [...new Set(reached)];
}

function departuresOf(equations: Equations, id: string, delta: Term): readonly Departure[] {
  return coresOf(delta).flatMap((core): readonly Departure[] => {
    const owner = core.kind === "correlate" ? ownerOf(equations, core.stage) : undefined;
    if (owner?.block === undefined || owner.block.credit === "backprop") return [];
    const message = `${id} learns by ${printTerm(delta, equations)}, from the error as block ${owner.id} brings it (${owner.block.credit})`;
    return [{ kind: "error-pathway", message }];
  });
}
