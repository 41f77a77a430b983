/**
 * Error pathways that are no adjoint of a prediction (LRA blocks) against their formula, computed once more without the
 * compiler's terms and relations, at the same weights and activities.
 */
import type { Equations, Probe } from "@settle/compiler";
import type { Program } from "@settle/program";
import { sizeOf } from "@settle/program";
import type { Executable } from "@settle/runtime";
import { isPlain, type PathwayNumbers, plainPathway } from "./plain-pathway.ts";
import { probe, relativeError } from "./probe-bench.ts";
import { type Check, checkOf } from "./verification.ts";

/** float64 sums in another order. */
const tolerance = 1e-9;

type Read = (name: string) => Float64Array;

/** What `pathwayNumbers` reads. */
export function formulaProbes({ graph, activations, hidden }: Equations): Map<string, Probe> {
  const probes = new Map<string, Probe>();
  for (const { id, shape } of graph.states.values()) {
    const activated = activations.has(id);
    probes.set(`state/${id}`, probe({ kind: "state", state: id }, shape));
    probes.set(`activity/${id}`, probe({ kind: activated ? "activity" : "state", state: id }, shape));
    if (activated) probes.set(`slope/${id}`, probe({ kind: "slope", state: id }, shape));
  }
  for (const { id, shape } of graph.errors.values())
    probes.set(`error/${id}`, probe({ kind: "error", error: id }, shape));
  for (const { path } of graph.synapses.values()) {
    for (const [index, { stage, pool, upsample }] of path.entries()) {
      if (index === path.length - 1 || !hidden.has(stage)) continue;
      const { postShape } = graph.stages.get(upsample ?? pool ?? stage)!.relation;
      probes.set(`hidden/${stage}`, probe({ kind: "hidden", stage }, postShape));
    }
  }
  return probes;
}

/** The numbers that a synapse's pathway starts from, of one sample. */
function pathwayNumbers(
  { graph }: Equations,
  synapse: string,
  read: Read,
  weights: ReadonlyMap<string, Float64Array>,
): PathwayNumbers {
  const { from, to } = graph.synapses.get(synapse)!;
  return {
    state: read(`state/${from}`),
    activity: read(`activity/${from}`),
    error: read(`error/${to}`),
    hidden: (stage) => read(`hidden/${stage}`),
    weights: (id) => weights.get(id)!,
  };
}

/** Every weight of the circuit as it stands in the executable. */
export async function readWeights(
  program: Program,
  executable: Executable,
): Promise<ReadonlyMap<string, Float64Array>> {
  const weights = new Map<string, Float64Array>();
  for (const { id, role } of program.buffers) {
    if (role === "parameter") weights.set(id, Float64Array.from(await executable.read(id)));
  }
  return weights;
}

/**
 * What an error node adds to a correction as it is written, against the formula.
 *
 * @returns undefined where a block takes derivatives: it is a gradient, or departs from one by more than its road
 */
export function checkRoad(
  equations: Equations,
  { state, error, written }: { readonly state: string; readonly error: string; readonly written: Float64Array },
  read: Read,
  weights: ReadonlyMap<string, Float64Array>,
): Check | undefined {
  const { graph } = equations;
  const node = graph.states.get(state)!;
  const synapses = [...graph.synapses.values()].filter(
    ({ id, from, to }) => from === state && to === error && graph.errorSynapses.has(id),
  );
  if (synapses.length === 0 || !synapses.every(({ id }) => isPlain(graph, id))) return undefined;
  const sloped = node.derivative && equations.activations.has(state);
  const wanted = new Float64Array(sizeOf(node.shape));
  const add = (values: Float64Array, by: number, slope: Float64Array | undefined): void =>
    values.forEach((value, k) => (wanted[k]! += by * value * (slope?.[k] ?? 1)));
  const slope = sloped ? read(`slope/${state}`) : undefined;
  if (node.error === error) {
    add(read(`error/${error}`), -1, graph.errors.get(error)!.compares === "activity" ? slope : undefined);
  }
  for (const { id, coefficient, block } of synapses) {
    const road = plainPathway(graph, id, pathwayNumbers(equations, id, read, weights));
    add(road.feedback, coefficient, slope);
    if (road.skipFeedback !== undefined && block?.skip.feedback === true)
      add(road.skipFeedback, coefficient, undefined);
  }
  return checkOf(`what ${error} adds to ${state} against the formula`, relativeError(written, wanted), tolerance);
}

/** Σ Δ of a block's tensor over the samples of a batch, against the formula. */
export function checkBlockDelta(
  equations: Equations,
  id: string,
  learned: Float64Array,
  samples: readonly Read[],
  weights: ReadonlyMap<string, Float64Array>,
): Check | undefined {
  const { graph } = equations;
  const owner = graph.stages.get(id)?.synapse;
  if (owner === undefined || !isPlain(graph, owner)) return undefined;
  const { coefficient } = graph.synapses.get(owner)!;
  const wanted = new Float64Array(learned.length);
  for (const read of samples) {
    const { deltas } = plainPathway(graph, owner, pathwayNumbers(equations, owner, read, weights));
    deltas.get(id)!.forEach((value, k) => (wanted[k]! += coefficient * value));
  }
  return checkOf(`Δ ${id} against the formula of ${owner}`, relativeError(learned, wanted), tolerance);
}
