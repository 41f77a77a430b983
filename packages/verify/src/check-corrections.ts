/** Every correction against finite differences of the energy it should descend. */
import { type Equations, type Probe, printTerm, type Term } from "@settle/compiler";
import { sizeOf } from "@settle/program";
import type { Engine } from "@settle/runtime";
import { checkRoad, formulaProbes, readWeights } from "./check-formulas.ts";
import { checkLateral } from "./check-laterals.ts";
import { completedEquations, isWhitenedWhole } from "./completed-equations.ts";
import { type Around, energyChange, type Reader, sideOf } from "./energy-change.ts";
import type { Energy } from "./energies.ts";
import { type LateralPotential, lateralPotentials } from "./lateral-potentials.ts";
import { pathwaysOf } from "./pathways.ts";
import {
  createProbeBench,
  dot,
  type Point,
  type ProbeBench,
  probe,
  randomDirections,
  randomPoint,
  relativeError,
} from "./probe-bench.ts";
import { checkOf, type Departure, type RuleVerdict } from "./verification.ts";

/** How far points are moved: past this finite differences lose digits, below it rounding takes them. */
const epsilon = 1e-6;
/** Where the places of a pool's maximum change within the first. */
const smallerEpsilon = 1e-7;
export const tolerance = 1e-6;
/** Random directions in which each rule is compared. */
export const directions = 6;

/** Probes that every check of an energy reads. */
export function energyProbes(equations: Equations, energies: ReadonlyMap<string, Energy>): Map<string, Probe> {
  const probes = new Map<string, Probe>();
  for (const [error, { target, before }] of energies) {
    const { shape } = equations.graph.errors.get(error)!;
    probes.set(`target/${error}`, probe(target, shape));
    probes.set(`before/${error}`, probe(before, shape));
    probes.set(`prediction/${error}`, probe({ kind: "prediction", error }, shape));
  }
  return probes;
}

/** A rule that is wrong is so by either step; a kink between the points of one is seldom between those of the other. */
export async function smallestError(measure: (by: number) => Promise<number | null>): Promise<number | null> {
  const error = await measure(epsilon);
  if (error === null || error <= tolerance) return error;
  return Math.min(error, (await measure(smallerEpsilon)) ?? Infinity);
}

export async function checkCorrections(
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  engine: Engine,
  seed: number,
): Promise<readonly RuleVerdict[]> {
  const { graph } = equations;
  const states = [...graph.states.values()];
  const pathways = new Map(states.map(({ id }) => [id, pathwaysOf(equations, id)]));
  const potentials = new Set(lateralPotentials(equations).values());
  const written = formulaProbes(equations);
  const exact = energyProbes(equations, energies);
  for (const { laterals, from, to } of potentials) {
    const activity = (state: string): Term => ({
      kind: equations.activations.has(state) ? "activity" : "state",
      state,
    });
    const { shape } = graph.states.get(to)!;
    exact.set(`driven/${laterals[0]}`, probe({ kind: "lateral", lateral: laterals[0], of: activity(from) }, shape));
    exact.set(`driver/${laterals[0]}`, probe(activity(to), shape));
  }
  for (const { id, shape } of states) {
    const { exact: roads, written: asWritten, inexact, lateral, others, prior } = pathways.get(id)!;
    for (const [error, term] of asWritten) {
      if (inexact.has(error)) written.set(`back/${id}/${error}`, probe(term, shape));
    }
    for (const [synapse, term] of lateral) exact.set(`lateral/${synapse}`, probe(term, shape));
    for (const [synapse, term] of others) written.set(`lateral/${synapse}`, probe(term, shape));
    if (!isMotionless(equations, id)) written.set(`correction/${id}`, probe(equations.corrections.get(id)!, shape));
    if (prior) written.set(`force/${id}`, probe({ kind: "prior", state: id }, shape));
    if (prior) exact.set(`prior/${id}`, probe({ kind: "prior", state: id }, shape));
    for (const [error, term] of roads) exact.set(`back/${id}/${error}`, probe(term, shape));
  }
  const asWritten = await createProbeBench(equations, written, engine, seed);
  const completed = await createProbeBench(completedEquations(equations), exact, engine, seed);
  try {
    const point = randomPoint(equations, seed, 1);
    const rules = await asWritten.read(point, 1);
    const weights = await readWeights(asWritten.program, asWritten.executable);
    const roads = await completed.read(point, 1);
    const verdicts: RuleVerdict[] = [];
    for (const { id, shape } of states) {
      const { inexact, prior, lateral, others, exact: terms, written: roadsBack, departures } = pathways.get(id)!;
      const driving = [...potentials].filter(({ laterals }) => laterals.some((each) => lateral.has(each)));
      const touching = [...energies].filter(([error]) => sideOf(equations, id, error) !== undefined);
      const checkable = touching.filter(([error]) => !inexact.has(error));
      const all: readonly Departure[] = [...departures, ...touching.flatMap(([, energy]) => energy.departures)];
      const rule = isMotionless(equations, id) ? new Float64Array(sizeOf(shape)) : rules(`correction/${id}`);
      const completedRule = new Float64Array(sizeOf(shape));
      const addTo = (values: Float64Array): void => values.forEach((value, k) => (completedRule[k]! += value));
      for (const [error] of checkable) if (terms.has(error)) addTo(roads(`back/${id}/${error}`));
      for (const synapse of lateral.keys()) addTo(roads(`lateral/${synapse}`));
      if (prior) addTo(rules(`force/${id}`));
      const whole = others.size === 0 && checkable.length === touching.length;
      const asIs =
        departures.length === 0 && whole && !touching.some(([error]) => isWhitenedWhole(graph.errors.get(error)!));
      const subject = asIs ? rule : completedRule;
      const worst = await smallestError(async (by) => {
        const wanted: number[] = [];
        const got: number[] = [];
        for (const direction of randomDirections(seed, id, directions, sizeOf(shape))) {
          const around = await readAround(completed, point, id, direction, by);
          let change = 0;
          for (const [node, energy] of checkable) change += energyChange(energy, sideOf(equations, id, node)!, around);
          if (prior) change += sum(around.above(`prior/${id}`)) - sum(around.below(`prior/${id}`));
          for (const potential of driving) change -= potentialChange(potential, around);
          wanted.push(-change / (2 * by));
          got.push(dot(subject, direction));
        }
        return relativeError(got, wanted);
      });
      const what = asIs
        ? `correction of ${id} against −∂E/∂${id}`
        : `correction of ${id}, completed, against −∂E/∂${id}`;
      const isEmpty = checkable.length === 0 && !prior && driving.length === 0;
      const formulas = [
        ...[...inexact].flatMap((error) => {
          if (!roadsBack.has(error)) return [];
          const road = { state: id, error, written: rules(`back/${id}/${error}`) };
          return checkRoad(equations, road, rules, weights) ?? [];
        }),
        ...[...others.keys()].map((synapse) => {
          const activity = rules(`activity/${graph.laterals.get(synapse)!.from}`);
          return checkLateral(equations, synapse, { written: rules(`lateral/${synapse}`), activity }, weights);
        }),
      ];
      verdicts.push({
        id,
        rule: printTerm(equations.corrections.get(id)!, equations),
        gradient: all.length === 0,
        departures: all,
        formulas,
        ...(isEmpty ? {} : { check: checkOf(what, worst, tolerance) }),
        ...(whole && !asIs ? { angle: angleBetween(rule, completedRule) } : {}),
      });
    }
    return verdicts;
  } finally {
    await asWritten.executable.dispose();
    await completed.executable.dispose();
  }
}

/** Whether nothing acts on the state, as on an observed one at the top. */
function isMotionless(equations: Equations, state: string): boolean {
  const correction = equations.corrections.get(state)!;
  return correction.kind === "sum" && correction.terms.length === 0;
}

/** Readings at the point, moved along a direction of one state both ways. */
async function readAround(
  bench: ProbeBench,
  point: Point,
  state: string,
  direction: Float64Array,
  by: number,
): Promise<Around> {
  const moved = new Map(
    [...point].map(([id, values]) => {
      const shift = (how: number): Float64Array =>
        id === state ? values.map((value, k) => value + how * direction[k]!) : values;
      return [id, join([shift(-by), values, shift(by)])];
    }),
  );
  const read = await bench.read(moved, 3);
  const third =
    (index: number): Reader =>
    (name) => {
      const values = read(name);
      const size = values.length / 3;
      return values.subarray(index * size, (index + 1) * size);
    };
  return { below: third(0), at: third(1), above: third(2) };
}

/** How much −E of a lateral potential differs between the two points. */
function potentialChange({ laterals: [one, other] }: LateralPotential, { below, above }: Around): number {
  const at = (read: Reader): number => dot(read(`driver/${one}`), read(`driven/${one}`));
  return (one === other ? 0.5 : 1) * (at(above) - at(below));
}

function join(parts: readonly Float64Array[]): Float64Array {
  const size = parts[0]!.length;
  const whole = new Float64Array(parts.length * size);
  parts.forEach((part, index) => whole.set(part, index * size));
  return whole;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

export function angleBetween(a: Float64Array, b: Float64Array): number {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths === 0 ? 0 : (Math.acos(Math.min(1, Math.max(-1, dot(a, b) / lengths))) * 180) / Math.PI;
}
