/**
 * One update of a batch by backpropagation through its settle: the states of every step are kept, and the gradient goes
 * back from the loss step by step.
 *
 * @source Werbos1990
 */
import { settleError } from "@settle/diagnostics";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import { applyUpdate } from "./apply-update.ts";
import { type DataBatch, dataInputs } from "./data-batch.ts";
import { addDiscrepancy, type DiscrepancySum, meanDiscrepancy, noDiscrepancy, sumDiscrepancy } from "./discrepancy.ts";
import type { Executable, NumberArray } from "./engine.ts";
import type { ReversedExecutables } from "./reversed-executables.ts";
import type { StoredTensor } from "./run-store.ts";
import type { SampleStatus } from "./sample-status.ts";
import type { LearnOptions, LearnResult } from "./session.ts";
import { divergedOf, type GroupOptions, groupsOf, stepsOf } from "./settle-batch.ts";
import { discrepanciesOf, noiseInputs, statusesOf } from "./settle-samples.ts";

/** Numbers of states that are kept at a time, over all steps of a group of samples: 256 MB. */
const mostKept = 2 ** 26;

type Values = ReadonlyMap<BufferId, NumberArray>;

/**
 * @param executable  the circuit's own Program for the modes the states settle in
 * @param parameters  what it learns, as it is now
 * @returns the discrepancies at the loss, before the update
 * @throws {SettleError} `run/not-finite` when the gradient has no bound
 */
export async function backpropagateBatch(
  executable: Executable,
  reversed: ReversedExecutables,
  parameters: ReadonlyMap<string, StoredTensor>,
  batch: DataBatch,
  options: Omit<LearnOptions, "modes" | "stability"> & GroupOptions,
): Promise<LearnResult> {
  const { program } = executable;
  const steps = stepsOf(program, options.steps);
  const began = performance.now();
  await reversed.begin(parameters);
  const statuses: SampleStatus[] = [];
  let sum: DiscrepancySum = noDiscrepancy;
  for (const group of groupsOf(batch, Math.min(options.microBatch, samplesAtATime(program, steps)))) {
    const settled = await settle(executable, reversed, group, { ...options, steps });
    const diverged = divergedOf(group, settled.statuses);
    if (diverged.length > 0) return { kind: "diverged", count: batch.count, diverged };
    statuses.push(...settled.statuses);
    const discrepancies = await goBack(reversed, settled, group, options.signal);
    sum = addDiscrepancy(sum, sumDiscrepancy(discrepancies, group.count));
  }
  for (const [id, values] of await reversed.sums()) {
    if (!values.every(Number.isFinite)) {
      throw settleError("run/not-finite", `The gradient through ${steps} steps is not finite ("${id}").`, {
        help: "use fewer steps, or a smaller rate of the settle: a gradient grows from step to step where states do.",
      });
    }
    await executable.write(id, values);
  }
  const settledAt = performance.now();
  await applyUpdate(executable, { rate: options.rate ?? program.learn.rate, count: batch.count });
  return {
    kind: "learned",
    count: batch.count,
    discrepancy: meanDiscrepancy(sum),
    sum,
    statuses,
    seconds: { settle: (settledAt - began) / 1000, learn: (performance.now() - settledAt) / 1000 },
  };
}

interface SettledGroup {
  /** What the reversed step needs of the states before each step. */
  readonly before: readonly Values[];
  readonly last: Values;
  readonly statuses: readonly SampleStatus[];
  /** Data and noise. */
  readonly inputs: ReadonlyMap<BufferId, Float32Array>;
}

async function settle(
  executable: Executable,
  { ofStep, atLoss }: ReversedExecutables,
  batch: DataBatch,
  { seed, steps, signal }: { readonly seed: number; readonly steps: number; readonly signal?: AbortSignal },
): Promise<SettledGroup> {
  const { program } = executable;
  const moving = new Set(program.phases.step.writes.map(({ buffer }) => buffer));
  const inputs = new Map([...dataInputs(program, batch), ...noiseInputs(program, { batch, seed })]);
  const request = { batch: batch.count, ...(signal && { signal }) };
  const before: Values[] = [];
  const changing = ofStep.given.filter((id) => moving.has(id));
  let now = await executable.run({ ...request, schedule: [{ phase: "start" }], inputs, outputs: ofStep.given });
  for (let step = 0; step < steps; step++) {
    before.push(now);
    if (step + 1 < steps) {
      now = await executable.run({ ...request, schedule: [{ phase: "step" }], outputs: changing });
    }
  }
  const monitored = program.monitor === undefined ? [] : [program.monitor.status, program.monitor.statusStep];
  const outputs = [...new Set([...atLoss.given, ...program.errors.map((error) => error.discrepancy), ...monitored])];
  const schedule = [...(steps > 0 ? [{ phase: "step" as const }] : []), { phase: "readout" as const }];
  const last = await executable.run({ ...request, schedule, outputs });
  const discrepancies = discrepanciesOf(program, last);
  return { before, last, statuses: statusesOf(program, last, { discrepancies, batch, steps }), inputs };
}

/** @returns the discrepancies at the loss */
async function goBack(
  { atLoss, ofStep, ofStart, adjoints }: ReversedExecutables,
  { before, last, inputs }: SettledGroup,
  batch: DataBatch,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, NumberArray>>> {
  const request = { batch: batch.count, ...(signal && { signal }) };
  const wanted = adjoints.map(({ buffer }) => buffer);
  const { program } = atLoss.executable;
  const data = dataInputs(program, batch);
  const atEnd = await atLoss.executable.run({
    ...request,
    schedule: [{ phase: "readout" }, { phase: "accumulate" }, { phase: "step" }],
    // What is observed counts as it is, wherever it settled to.
    inputs: new Map([...pick(last, atLoss.given), ...observedStates(program, data)]),
    outputs: [...wanted, ...program.errors.map(({ discrepancy }) => discrepancy)],
  });
  let gradients: Values = new Map(pick(atEnd, wanted));
  for (let step = before.length - 1; step >= 0; step--) {
    const begins = step === before.length - 1;
    const ends = step === 0;
    const unchanging = begins && before[0] !== before[step] ? pick(before[0] ?? new Map(), ofStep.given) : [];
    const after = await ofStep.executable.run({
      ...request,
      schedule: [{ phase: "accumulate" }, { phase: "step" }],
      inputs: new Map([...unchanging, ...(before[step] ?? []), ...(begins ? gradients : [])]),
      ...(ends && { outputs: wanted }),
    });
    if (ends) gradients = after;
  }
  await ofStart.executable.run({
    ...request,
    schedule: [{ phase: "accumulate" }],
    inputs: new Map([...inputs, ...gradients]),
  });
  return discrepanciesOf(program, atEnd);
}

function observedStates(
  { observed, states }: Program,
  data: ReadonlyMap<BufferId, NumberArray>,
): readonly (readonly [BufferId, NumberArray])[] {
  return observed.flatMap(({ state, data: buffer }) => {
    const values = buffer === undefined ? undefined : data.get(buffer);
    const own = states.find(({ id }) => id === state);
    return values === undefined || own === undefined ? [] : [[own.buffer, values] as const];
  });
}

function pick(values: Values, ids: readonly BufferId[]): readonly (readonly [BufferId, NumberArray])[] {
  return ids.flatMap((id) => {
    const found = values.get(id);
    return found === undefined ? [] : [[id, found] as const];
  });
}

function samplesAtATime({ buffers }: Program, steps: number): number {
  const size = buffers.reduce((sum, { role, type }) => sum + (role === "state" ? sizeOf(type.shape) : 0), 0);
  return Math.max(1, Math.floor(mostKept / (size * (steps + 1))));
}
