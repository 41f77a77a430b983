/** What every parameter learns against finite differences of the energy it should descend. */
import { type Equations, type GraphSynapse, printTerm, type Term } from "@settle/compiler";
import type { BufferId } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import { directions, energyProbes, epsilon, tolerance } from "./check-corrections.ts";
import { energyChange } from "./energy-change.ts";
import type { Energy } from "./energies.ts";
import { errorsIn } from "./pathways.ts";
import { createProbeBench, dot, randomDirections, randomPoint, relativeError } from "./probe-bench.ts";
import { checkOf, type Departure, type RuleVerdict } from "./verification.ts";

const batch = 2;

export async function checkLearning(
  equations: Equations,
  energies: ReadonlyMap<string, Energy>,
  engine: Engine,
  seed: number,
): Promise<readonly RuleVerdict[]> {
  const bench = await createProbeBench(equations, energyProbes(equations, energies), engine, seed);
  const { executable, program } = bench;
  try {
    const point = randomPoint(equations, seed + 1, batch);
    await bench.read(point, batch);
    const inputs = new Map<BufferId, NumberArray>(program.states.map(({ id, buffer }) => [buffer, point.get(id)!]));
    await executable.run({ batch, schedule: [{ phase: "readout" }, { phase: "accumulate" }], inputs });
    const at = await bench.read(point, batch);
    const verdicts: RuleVerdict[] = [];
    for (const [id, delta] of equations.deltas) {
      const errors = errorsOf(equations, delta);
      const parameter = equations.parameters.find((each) => each.id === id)!;
      const own = parameter.kind === "precision" ? [] : departuresOf(equations, id, delta);
      // σ and R bear on the discrepancy itself, whatever else descends another energy.
      const involved =
        parameter.kind === "precision"
          ? [discrepancyOf(energies.get(parameter.owner)!)]
          : errors.map((error) => energies.get(error)!);
      const departures = [...own, ...involved.flatMap((energy) => energy.departures.filter(bearsOnWeights))];
      const rule = printTerm(delta, equations);
      const verdict = { id, rule, gradient: departures.length === 0, departures };
      if (own.length > 0 || involved.some(({ checkable }) => !checkable)) {
        verdicts.push(verdict);
        continue;
      }
      const buffer = id as BufferId;
      const { shape } = program.buffers.find((each) => each.id === buffer)!.type;
      const triangular = parameter.kind === "precision" && shape.length >= 2;
      const values = Float64Array.from(await executable.read(buffer));
      const learned = await executable.read(`sum/${id}` as BufferId);
      const wanted: number[] = [];
      const got: number[] = [];
      for (const drawn of randomDirections(seed, id, directions, values.length)) {
        const direction = triangular ? lowerTriangle(drawn, shape.at(-1)!) : drawn;
        const moved = async (by: number): Promise<(name: string) => Float64Array> => {
          await executable.write(
            buffer,
            values.map((value, k) => value + by * direction[k]!),
          );
          return bench.read(point, batch);
        };
        const [below, above] = [await moved(-epsilon), await moved(epsilon)];
        let change = 0;
        for (let n = 0; n < batch; n++) {
          const sample = (read: (name: string) => Float64Array) => (name: string) => {
            const all = read(name);
            return all.subarray((n * all.length) / batch, ((n + 1) * all.length) / batch);
          };
          const around = { below: sample(below), at: sample(at), above: sample(above) };
          for (const energy of involved) change += energyChange(energy, "prediction", around);
        }
        wanted.push(-change / (2 * epsilon));
        got.push(dot(learned, direction));
      }
      await executable.write(buffer, values);
      verdicts.push({
        ...verdict,
        check: checkOf(`Δ ${id} against −∂E/∂${id}`, relativeError(got, wanted), tolerance),
      });
    }
    return verdicts;
  } finally {
    await executable.dispose();
  }
}

const discrepancyOf = (energy: Energy): Energy => ({
  ...energy,
  verdict: { ...energy.verdict, kind: "discrepancy" },
  checkable: true,
  departures: [],
});

/** What stands above the diagonal of a factor is not read. */
const lowerTriangle = (values: Float64Array, size: number): Float64Array =>
  values.map((value, k) => (k % size > Math.floor(k / size) % size ? 0 : value));

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
    if (core.kind === "positions" && core.of.kind === "error") return [];
    const owner = core.kind === "correlate" ? ownerOf(equations, core.stage) : undefined;
    if (owner !== undefined && (owner.block === undefined || owner.block.credit === "backprop")) return [];
    const message =
      owner === undefined
        ? `${id} learns by ${printTerm(delta, equations)}, which is not the gradient of a prediction`
        : `${id} learns by ${printTerm(delta, equations)}, from the error as block ${owner.id} brings it (${owner.block?.credit})`;
    return [{ kind: "error-pathway", message }];
  });
}
