/**
 * Weights at which a circuit is examined: the initial ones, moved off the constants that some start at. At a bias of 0, a
 * σ of 1, an R without correlations or lateral weights of 0 a wrong rule could look right.
 */
import type { Equations, Parameter } from "@settle/compiler";
import { type Buffer, fixedValues, type Program, type Shape, sizeOf } from "@settle/program";
import { type Executable, initialValues, sampleNormals } from "@settle/runtime";

export async function fillParameters(
  { parameters }: Equations,
  program: Program,
  executable: Executable,
  seed: number,
): Promise<void> {
  const byId = new Map<string, Parameter>(parameters.map((parameter) => [parameter.id, parameter]));
  for (const buffer of program.buffers) {
    const { id, role, type, initial } = buffer;
    if (role === "accumulator") await executable.write(id, new Float64Array(sizeOf(type.shape)));
    if (role === "input" && !type.batch && initial !== undefined) await executable.write(id, firstValues(buffer, seed));
    if (role !== "parameter" && role !== "moment") continue;
    const values = firstValues(buffer, seed);
    const kind = byId.get(id)?.kind;
    const moved = kind === "precision" || initial?.kind === "constant";
    await executable.write(id, moved ? offConstant(kind, id, values, type.shape, seed) : values);
  }
}

/** In float64 where the circuit names the numbers: those of float32 are off by 10⁻⁷ of themselves, which sums can magnify. */
const firstValues = (buffer: Buffer, seed: number): Float64Array =>
  fixedValues(buffer) ?? Float64Array.from(initialValues(buffer, seed));

function offConstant(
  kind: Parameter["kind"] | undefined,
  id: string,
  values: Float64Array,
  shape: Shape,
  seed: number,
): Float64Array {
  switch (kind) {
    case "bias": {
      const normals = sampleNormals({ seed, stream: `verify/${id}`, epoch: 0, samples: [0] }, values.length);
      return values.map((value, k) => value + 0.1 * normals[k]!);
    }
    case "precision": {
      // R is the only one that is a matrix: a diagonal of a map has three axes, R of a map four.
      if (shape.length !== 2 && shape.length !== 4) return Float64Array.from(deviationsOffOne([...values]));
      return Float64Array.from(factorOffDiagonal([...values], shape.at(-1)!));
    }
    case "lateral":
      return values.map((value, k) => value - symmetricWave(k, shape));
    case "generative":
    case "error":
    case undefined:
      return values;
    default:
      return kind satisfies never;
  }
}

/** Learned standard deviations, as they are examined. */
export const deviationsOffOne = (sigma: readonly number[]): readonly number[] =>
  sigma.map((each, k) => each * (1 + wave(k)));

/** A learned factor R of n rows, as it is examined. */
export const factorOffDiagonal = (factor: readonly number[], n: number): readonly number[] =>
  factor.map((value, k) => {
    const [row, column] = [Math.floor(k / n) % n, k % n];
    return row === column ? value * (1 + wave(row)) : row > column ? value + wave(k) * factor[row * (n + 1)]! : 0;
  });

/** Between 0 and 0.3. */
const wave = (k: number): number => 0.3 * Math.cos(k + 1) ** 2;

/** The same for an entry and for the one that leads back: weights that were symmetric stay so. */
function symmetricWave(k: number, shape: Shape): number {
  const [sources, targets] = [shape.at(-2)!, shape.at(-1)!];
  const channels = (Math.floor(k / targets) % sources) + (k % targets);
  const [height = 1, width = 1] = shape.length === 4 ? shape : [];
  const tap = Math.floor(k / sources / targets);
  const rows = Math.abs(Math.floor(tap / width) - Math.floor((height - 1) / 2));
  const columns = Math.abs((tap % width) - Math.floor((width - 1) / 2));
  return 0.3 * wave(channels + 2 * rows + 3 * columns);
}
