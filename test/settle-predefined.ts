/** Settles a predefined circuit on the oracle: what `circuits/*\/expected.json` holds. */
import type { Compiled } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { sizeOf } from "@settle/program";
import { createSession } from "@settle/runtime";

export interface ExpectedValues {
  /** What was settled, in words. */
  readonly input: string;
  /** By error node: ½‖e‖² of each sample, after the circuit's own number of steps with x clamped. */
  readonly discrepancies: Readonly<Record<string, readonly number[]>>;
  /** By state: mean, mean of squares, first and last number of the settled batch. */
  readonly statistics: Readonly<Record<string, readonly number[]>>;
}

const samples = 2;

export async function settlePredefined(compiled: Compiled): Promise<ExpectedValues> {
  const session = await createSession({
    programFor: (modes) => compiled.lower(modes),
    engine: referenceEngine,
    seed: 1,
  });
  const fields = Object.fromEntries(
    [...compiled.graph.states.values()].flatMap(({ shape, observed }) =>
      observed === undefined ? [] : [[observed.data, numbersFor(sizeOf(shape))]],
    ),
  );
  const { discrepancies, states } = await session.settle({ count: samples, fields }, { states: "all" });
  await session.dispose();
  return {
    input: `${samples} samples, number i of all of a field being ((7·i + ⌊i/96⌋) mod 32) / 31; seed 1; untrained`,
    discrepancies: Object.fromEntries(Object.entries(discrepancies).map(([id, values]) => [id, [...values]])),
    statistics: Object.fromEntries(Object.entries(states).map(([id, values]) => [id, summarize([...values])])),
  };
}

function numbersFor(size: number): Float32Array {
  return Float32Array.from({ length: samples * size }, (_, i) => ((7 * i + Math.floor(i / 96)) % 32) / 31);
}

function summarize(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return [mean, squares, values[0] ?? Number.NaN, values.at(-1) ?? Number.NaN];
}
