/** One update of every learned parameter from the sums of a batch. */
import type { Executable } from "./engine.ts";

export interface Update {
  /** Learning rate. */
  readonly rate: number;
  /** Samples that the sums are of. */
  readonly count: number;
}

export async function applyUpdate(executable: Executable, { rate, count }: Update): Promise<void> {
  const { program } = executable;
  await executable.run({
    batch: 1,
    schedule: [{ phase: "apply" }],
    inputs: new Map([
      [program.learn.rateInput, Float64Array.of(rate)],
      [program.learn.countInput, Float64Array.of(count)],
    ]),
  });
}
