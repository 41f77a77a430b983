/** Which samples meet in which update, and whether a checkpoint belongs to that plan. */
import { settleError } from "@settle/diagnostics";
import { permutation } from "./noise.ts";
import type { Checkpoint, TrainingPlan } from "./run-store.ts";
import type { SampleSource } from "./sample-source.ts";
import type { Session } from "./session.ts";
import type { TrainingOptions } from "./train.ts";

/** @throws {SettleError} `session/bad-option` */
export function planTraining(session: Session, options: TrainingOptions): TrainingPlan {
  const { source, epochs, limit = source.size, rate = session.program.learn.rate } = options;
  const batch = options.batch ?? session.program.learn.batch;
  const { stabilityEvery = 20 } = options;
  const wholes = [
    ["epochs", epochs, 0],
    ["batch", batch, 1],
    ["limit", limit, 1],
    ["stabilityEvery", stabilityEvery, 0],
  ] as const;
  for (const [name, value, least] of wholes) {
    if (Number.isInteger(value) && value >= least) continue;
    throw settleError("session/bad-option", `The ${name} of a training is ${value}.`, {
      help: `give a whole number, ${least} or more`,
    });
  }
  if (!Number.isFinite(rate) || rate < 0) {
    throw settleError("session/bad-option", `The learning rate is ${rate}.`, { help: "give a rate of 0 or more" });
  }
  const schedule = options.schedule ?? session.program.learn.schedule;
  return {
    seed: session.seed,
    batch,
    samples: Math.min(source.size, limit),
    data: source.hash,
    rate,
    ...(schedule !== undefined && { schedule: JSON.stringify(schedule) }),
  };
}

export function stepsPerEpoch({ samples, batch }: TrainingPlan): number {
  return Math.ceil(samples / batch);
}

/** The sample indices of every batch of an epoch; the last one may be smaller. */
export function batchesOf({ seed, samples, batch }: TrainingPlan, epoch: number): readonly (readonly number[])[] {
  const order = permutation({ seed, stream: "shuffle", epoch }, samples);
  return Array.from({ length: Math.ceil(samples / batch) }, (_, b) => [...order.subarray(b * batch, (b + 1) * batch)]);
}

/**
 * Refuses to resume a run that was made with something else: its result would be neither the old nor the new one's.
 * @throws {SettleError} `run/other-circuit`, `run/other-settings` naming each difference
 */
export function checkResumable(
  checkpoint: Checkpoint,
  session: Session,
  plan: TrainingPlan,
  source: SampleSource,
): void {
  const { name, hash } = session.program.circuit;
  if (checkpoint.circuit.hash !== hash) {
    throw settleError(
      "run/other-circuit",
      `The run was made with ${
        checkpoint.circuit.name === name
          ? `another version of circuit "${name}"`
          : `circuit "${checkpoint.circuit.name}"`
      }, and cannot be resumed with this "${name}".`,
      { help: "resume with the circuit the run folder keeps, or start a new run" },
    );
  }
  const names: Readonly<Record<keyof TrainingPlan, string>> = {
    seed: "the seed",
    batch: "the batch size",
    samples: "the number of samples",
    data: "the data",
    rate: "the learning rate",
    schedule: "the schedule of the learning rate",
  };
  const differences = (Object.keys(names) as (keyof TrainingPlan)[])
    .filter((key) => checkpoint.plan[key] !== plan[key])
    .map((key) =>
      key === "data"
        ? `the data (now "${source.name}")`
        : `${names[key]} (${checkpoint.plan[key] ?? "none"}, now ${plan[key] ?? "none"})`,
    );
  if (differences.length === 0) return;
  throw settleError("run/other-settings", `The run was made with another setting of ${differences.join(", ")}.`, {
    help: "resume with the settings of the run folder, or start a new run",
  });
}
