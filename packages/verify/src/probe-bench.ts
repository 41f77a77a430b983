/** A circuit on the reference engine at a point that depends on the seed alone, with terms of its equations read out. */
import { type Equations, lower, type Probe, probeId, type Term } from "@settle/compiler";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import { type Engine, type Executable, type NumberArray, sampleNormals } from "@settle/runtime";
import { fillParameters } from "./examined-parameters.ts";

/** States of one sample or several, by id of the state. */
export type Point = ReadonlyMap<string, Float64Array>;

export interface ProbeBench {
  readonly program: Program;
  readonly executable: Executable;
  /** A readout at these states: probes by name, and discrepancies by `discrepancy/ERROR`. */
  read(point: Point, batch: number): Promise<(name: string) => Float64Array>;
}

/** Terms whose values are as large as a state or an error node. */
export const probe = (term: Term, shape: Probe["shape"]): Probe => ({ term, shape });

export async function createProbeBench(
  equations: Equations,
  probes: ReadonlyMap<string, Probe>,
  engine: Engine,
  seed: number,
): Promise<ProbeBench> {
  const program = lower(equations, { monitor: false, probes });
  const executable = await engine.load(program);
  await fillParameters(equations, program, executable, seed);
  const outputs = [
    ...[...probes.keys()].map((name) => probeId(name) as BufferId),
    ...program.errors.map(({ discrepancy }) => discrepancy),
  ];
  return {
    program,
    executable,
    read: async (point, batch) => {
      const inputs = new Map<BufferId, NumberArray>();
      for (const { id, buffer } of program.states) inputs.set(buffer, point.get(id)!);
      const values = await executable.run({ batch, schedule: [{ phase: "readout" }], inputs, outputs });
      return (name) => {
        const id = name.startsWith("discrepancy/") ? name : probeId(name);
        const found = values.get(id as BufferId);
        if (found === undefined) throw new Error(`verify fault: ${name} is not read out`);
        return Float64Array.from(found);
      };
    },
  };
}

/**
 * Random states for `batch` samples. They keep away from multiples of 1/64, where activations and priors have their
 * kinks, and no two are equal, where a max pool has its.
 */
export function randomPoint({ graph }: Equations, seed: number, batch: number): Point {
  const samples = Array.from({ length: batch }, (_, n) => n);
  return new Map(
    [...graph.states.values()].map(({ id, shape }) => {
      const drawn = sampleNormals({ seed, stream: `verify/${id}`, epoch: 0, samples }, sizeOf(shape));
      return [id, Float64Array.from(drawn, (x) => awayFromKinks(x / 2))];
    }),
  );
}

/** The middle half of each interval between multiples of 1/64. */
function awayFromKinks(x: number): number {
  const below = Math.floor(64 * x);
  return (below + 0.25 + (64 * x - below) / 2) / 64;
}

/** Standard normal numbers to move along. */
export const randomDirections = (seed: number, stream: string, count: number, size: number): readonly Float64Array[] =>
  Array.from({ length: count }, (_, j) =>
    Float64Array.from(sampleNormals({ seed, stream: `verify/direction/${stream}`, epoch: 0, samples: [j] }, size)),
  );

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
};

/** Largest difference of paired numbers, relative to the largest number, or to `least` where all are smaller. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>, least = 1e-3): number | null {
  let error = 0;
  let scale = least;
  for (let k = 0; k < wanted.length; k++) {
    const difference = Math.abs(got[k]! - wanted[k]!);
    if (!Number.isFinite(difference)) return null;
    error = Math.max(error, difference);
    scale = Math.max(scale, Math.abs(got[k]!), Math.abs(wanted[k]!));
  }
  return error / scale;
}
