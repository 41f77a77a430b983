/** One update of every learned parameter from the sums of a batch. */
import type { Executable } from "./engine.ts";
import { type Shrinkage, shrinkInputs } from "./keep-stable.ts";

export interface Update {
  /** Learning rate; at 0 nothing moves but what the factors shrink. */
  readonly rate: number;
  /** Samples that the sums are of. */
  readonly count: number;
  readonly factors?: Shrinkage | undefined;
}

export async function applyUpdate(executable: Executable, { rate, count, factors }: Update): Promise<void> {
  const { program } = executable;
  await executable.run({
    batch: 1,
    schedule: [{ phase: "apply" }],
    inputs: new Map([
      [program.learn.rateInput, Float64Array.of(rate)],
      [program.learn.countInput, Float64Array.of(count)],
      ...shrinkInputs(program, factors),
    ]),
  });
}
