/** Every correction against finite differences of the energy it should descend. */
import { type Equations, type Probe, printTerm, type ScalarFunction } from "@settle/compiler";
import { sizeOf } from "@settle/program";
import type { Engine } from "@settle/runtime";
import { priorOf } from "@settle/spec";
import { type Around, energyChange, type Reader, sideOf } from "./energy-change.ts";
import type { Energy } from "./energies.ts";
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
export const epsilon = 1e-6;
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

export async function checkCorrections(
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  engine: Engine,
  seed: number,
): Promise<readonly RuleVerdict[]> {
  const { graph } = equations;
  const states = [...graph.states.values()];
  const pathways = new Map(states.map(({ id }) => [id, pathwaysOf(equations, id)]));
  const written = new Map<string, Probe>();
  const exact = energyProbes(equations, energies);
  for (const { id, shape } of states) {
    const { exact: roads, prior } = pathways.get(id)!;
    if (!isMotionless(equations, id)) written.set(`correction/${id}`, probe(equations.corrections.get(id)!, shape));
    if (prior) written.set(`force/${id}`, probe({ kind: "prior", state: id }, shape));
    if (prior) exact.set(`prior/${id}`, probe({ kind: "prior", state: id }, shape));
    for (const [error, term] of roads) exact.set(`${id}/${error}`, probe(term, shape));
  }
  const asWritten = await createProbeBench(equations, written, engine, seed);
  const completed = await createProbeBench(completedEquations(equations), exact, engine, seed);
  try {
    const point = randomPoint(equations, seed, 1);
    const rules = await asWritten.read(point, 1);
    const roads = await completed.read(point, 1);
    const verdicts: RuleVerdict[] = [];
    for (const { id, shape } of states) {
      const { inexact, prior, others, exact: terms, departures } = pathways.get(id)!;
      const touching = [...energies].filter(([error]) => sideOf(equations, id, error) !== undefined);
      const checkable = touching.filter(([error, energy]) => energy.checkable && !inexact.has(error));
      const all: readonly Departure[] = [...departures, ...touching.flatMap(([, energy]) => energy.departures)];
      const rule = isMotionless(equations, id) ? new Float64Array(sizeOf(shape)) : rules(`correction/${id}`);
      const completedRule = new Float64Array(sizeOf(shape));
      const addTo = (values: Float64Array): void => values.forEach((value, k) => (completedRule[k]! += value));
      for (const [error] of checkable) if (terms.has(error)) addTo(roads(`${id}/${error}`));
      if (prior) addTo(rules(`force/${id}`));
      const whole = others.length === 0 && checkable.length === touching.length;
      const asIs = departures.length === 0 && whole;
      const subject = asIs ? rule : completedRule;
      const wanted: number[] = [];
      const got: number[] = [];
      for (const direction of randomDirections(seed, id, directions, sizeOf(shape))) {
        const around = await readAround(completed, point, id, direction);
        let change = 0;
        for (const [error, energy] of checkable) change += energyChange(energy, sideOf(equations, id, error)!, around);
        if (prior) change += sum(around.above(`prior/${id}`)) - sum(around.below(`prior/${id}`));
        wanted.push(-change / (2 * epsilon));
        got.push(dot(subject, direction));
      }
      const what = asIs
        ? `correction of ${id} against −∂E/∂${id}`
        : `correction of ${id}, completed, against −∂E/∂${id}`;
      const isEmpty = checkable.length === 0 && !prior;
      verdicts.push({
        id,
        rule: printTerm(equations.corrections.get(id)!, equations),
        gradient: all.length === 0,
        departures: all,
        ...(isEmpty ? {} : { check: checkOf(what, relativeError(got, wanted), tolerance) }),
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

/** Feedback through the generative weights, and priors replaced by their energies. */
function completedEquations(equations: Equations): Equations {
  const { graph } = equations;
  const tied = [...graph.errorSynapses].map(([twin, each]) => [twin, { ...each, weights: { kind: "tied" } }] as const);
  const priors = [...equations.priors].map(([state, prior]): readonly [string, ScalarFunction] => {
    const { energy } = priorOf(graph.states.get(state)!.prior);
    return [state, { ...prior, expression: energy }];
  });
  const stages = [...graph.stages].map(([id, stage]) => [id, { ...stage, errorWeights: { kind: "tied" } }] as const);
  const exact = { ...graph, errorSynapses: new Map(tied), stages: new Map(stages) };
  return { ...equations, graph: exact, priors: new Map(priors) };
}

/** Readings at the point, moved along a direction of one state both ways. */
async function readAround(bench: ProbeBench, point: Point, state: string, direction: Float64Array): Promise<Around> {
  const moved = new Map(
    [...point].map(([id, values]) => {
      const shift = (by: number): Float64Array =>
        id === state ? values.map((value, k) => value + by * direction[k]!) : values;
      return [id, join([shift(-epsilon), values, shift(epsilon)])];
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

function join(parts: readonly Float64Array[]): Float64Array {
  const size = parts[0]!.length;
  const whole = new Float64Array(parts.length * size);
  parts.forEach((part, index) => whole.set(part, index * size));
  return whole;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

function angleBetween(a: Float64Array, b: Float64Array): number {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths === 0 ? 0 : (Math.acos(Math.min(1, Math.max(-1, dot(a, b) / lengths))) * 180) / Math.PI;
}
