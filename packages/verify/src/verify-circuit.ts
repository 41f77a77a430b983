/** All that can be proved about a circuit, and plainly what does not hold and why. */
import type { Compiled, Equations } from "@settle/compiler";
import type { Engine } from "@settle/runtime";
import { checkCorrections } from "./check-corrections.ts";
import { checkEquilibrium } from "./check-equilibrium.ts";
import { checkLearning } from "./check-learning.ts";
import { compareEngine, runReference } from "./compare-engines.ts";
import { type Energy, energyOf } from "./energies.ts";
import { describePotential, lateralPotentials } from "./lateral-potentials.ts";
import { type EngineVerdict, passes, type Verification } from "./verification.ts";

export interface VerifyOptions {
  /** The oracle: float64, sharing no code with the engines compared with it. */
  readonly reference: Engine;
  /** Engines to compare with it. */
  readonly engines: readonly Engine[];
  /** Where weights, states and directions come from. */
  readonly seed: number;
  /** Told what is being looked at. */
  readonly onStage?: (stage: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Compares the derived rules with finite differences of the energy that the equations say they descend, the settled
 * states of a linear circuit with their closed form, and every engine with the reference engine, on this very circuit.
 * Which rules claim to be gradients follows from the equations: where one is not, the departures are named, and the rest
 * of it is checked with them undone.
 *
 * @throws the reason of `signal` when it is aborted
 */
export async function verifyCircuit(compiled: Compiled, options: VerifyOptions): Promise<Verification> {
  const { equations, graph, program } = compiled;
  const { reference, seed, onStage = () => {}, signal } = options;
  const energies = new Map<string, Energy>();
  for (const error of graph.errors.values()) {
    const moves = graph.states.get(error.target)?.observed === undefined;
    energies.set(error.id, energyOf(equations, error, moves));
  }
  onStage("corrections");
  const corrections = await checkCorrections(equations, energies, reference, seed);
  signal?.throwIfAborted();
  onStage("learning");
  const learning = await checkLearning(equations, energies, reference, seed);
  signal?.throwIfAborted();
  onStage("equilibrium");
  const moving = corrections.filter(({ id }) => graph.states.get(id)?.observed === undefined);
  const diagonal = [...energies.values()].every(({ weights }) => weights !== undefined);
  const descends =
    moving.every(({ gradient }) => gradient) && equations.outputs.size === 0 && diagonal && graph.laterals.size === 0;
  const equilibrium = await checkEquilibrium(equations, energies, descends, reference, seed);
  const engines: EngineVerdict[] = [];
  if (options.engines.length > 0) {
    onStage("reference engine");
    const expected = await runReference(program, reference, seed);
    for (const engine of options.engines) {
      signal?.throwIfAborted();
      onStage(engine.name);
      engines.push(await compareEngine(program, expected, engine, seed));
    }
  }
  const found = {
    circuit: graph.name,
    hash: graph.hash,
    seed,
    energies: [...energies.values()].map(({ verdict }) => verdict),
    corrections,
    learning,
    remarks: remarksOn(equations),
    equilibrium,
    engines,
  };
  return { ...found, ok: passes(found) };
}

function remarksOn(equations: Equations): readonly string[] {
  const { graph, priors } = equations;
  const remarks: string[] = [];
  for (const [state, prior] of priors) {
    remarks.push(`the ${prior.name} prior of ${state} is a gradient of its own energy, which is counted in E`);
  }
  for (const potential of new Set(lateralPotentials(equations).values())) {
    const [one, other] = potential.laterals;
    const who = one === other ? `${one} is symmetric` : `${one} and ${other} are each other's transpose`;
    remarks.push(
      `${who}: what it adds follows a gradient, that of ${describePotential(potential)}, which is counted in E`,
    );
  }
  const leaking = new Map<string, string[]>();
  for (const { id, leak, rate } of graph.states.values()) {
    if (leak.rate === 0) continue;
    const beta = rate === "auto" ? "β" : String(rate);
    const energy = leak.scaled ? `½·${leak.rate}·‖z‖²` : `½·(${leak.rate}/${beta})·‖z‖²`;
    leaking.set(energy, [...(leaking.get(energy) ?? []), id]);
  }
  for (const [energy, ids] of leaking) {
    remarks.push(`the leak of ${ids.join(", ")} lies outside the corrections; it descends ${energy} beside E`);
  }
  for (const { id, precision } of graph.errors.values()) {
    if (precision?.learn === undefined) continue;
    remarks.push(`the precision of ${id} is learned: for it E has ½ log det Σ as well`);
  }
  return remarks;
}
