/** Settles the samples of one engine run and reads back what was asked for. */
import { type BufferId, type Phase, type Program, sizeOf } from "@settle/program";
import { type DataBatch, dataInputs, sampleIndex } from "./data-batch.ts";
import type { Executable, NumberArray, ScheduleEntry } from "./engine.ts";
import { sampleNormals } from "./noise.ts";
import type { SampleStatus } from "./sample-status.ts";
import { growthOutputs, randomDirections } from "./stability.ts";

/** The state of a settle between two steps, for the samples of one run. */
export interface Snapshot {
  /** Steps taken so far; 0 is the start. */
  readonly step: number;
  /** By error node: `[count]`. */
  readonly discrepancies: Readonly<Record<string, NumberArray>>;
  /** By state: `[count, ...shape]`. */
  readonly states: Readonly<Record<string, NumberArray>>;
}

export interface SettledSamples {
  readonly outputs: ReadonlyMap<BufferId, NumberArray>;
  /** By error node: `[count]`. */
  readonly discrepancies: Readonly<Record<string, NumberArray>>;
  readonly statuses: readonly SampleStatus[];
}

export interface SettleRequest {
  readonly batch: DataBatch;
  readonly seed: number;
  readonly steps: number;
  /** Where states begin, by buffer; those left out begin by the start phase. */
  readonly from?: ReadonlyMap<BufferId, NumberArray>;
  /** Adds the samples' sums to the accumulators. */
  readonly accumulate: boolean;
  /** Turns of power iteration at the settled states, from directions of this update; the growth is then read. */
  readonly stability?: { readonly turns: number; readonly update: number };
  /** Buffers to read at the end, besides discrepancies and monitor. */
  readonly outputs: readonly BufferId[];
  /** As in `RunRequest`, for what is read at the end. */
  readonly into?: ReadonlyMap<BufferId, NumberArray>;
  /** Reads the discrepancies, and these states, every so many steps. */
  readonly trace?: {
    readonly every: number;
    readonly states: readonly string[];
    readonly onSnapshot: (snapshot: Snapshot) => void;
  };
  readonly signal?: AbortSignal;
}

/**
 * One run of start, `steps` steps, readout and perhaps accumulate: in one go, or in pieces where a trace is wanted.
 * Inputs and noise are checked and drawn here; a diverged sample is reported, not thrown.
 */
export async function settleSamples(executable: Executable, request: SettleRequest): Promise<SettledSamples> {
  const { program } = executable;
  const { batch, steps, trace, seed, stability, into } = request;
  const directions = stability ? randomDirections(program, { seed, update: stability.update }, batch.count) : [];
  const given = [...dataInputs(program, batch), ...noiseInputs(program, request), ...directions];
  let inputs: ReadonlyMap<BufferId, NumberArray> = new Map(given);
  const discrepancyBuffers = program.errors.map(({ discrepancy }) => discrepancy);
  const { monitor } = program;
  const monitorBuffers =
    monitor === undefined ? [] : [monitor.status, monitor.statusStep, ...(monitor.time ? [monitor.time] : [])];
  const states = program.states.filter(({ id }) => trace?.states.includes(id));
  const traced = [...discrepancyBuffers, ...states.map(({ buffer }) => buffer)];
  const growth = stability ? growthOutputs(program) : [];
  const atEnd = [...new Set([...traced, ...monitorBuffers, ...growth, ...request.outputs])];
  const signal = request.signal && { signal: request.signal };

  if (request.from !== undefined) {
    await executable.run({ batch: batch.count, schedule: [{ phase: "start" }], inputs, ...signal });
    inputs = request.from;
  }
  let taken = 0;
  let results: ReadonlyMap<BufferId, NumberArray> = new Map();
  for (const times of pieces(steps, trace?.every)) {
    taken += times;
    const first = results.size === 0;
    const last = taken === steps;
    const schedule: ScheduleEntry[] = first && request.from === undefined ? [{ phase: "start" }] : [];
    // Stale errors are those that the last step was made with.
    const after = program.settle.staleErrors === true && times > 0 ? 1 : 0;
    if (times > after) schedule.push({ phase: "step", times: times - after });
    schedule.push({ phase: "readout" });
    if (after > 0) schedule.push({ phase: "step", times: after });
    // Before what adds up samples, so that an engine may still take them group by group.
    if (last && stability) schedule.push({ phase: "stability", times: stability.turns });
    if (last && request.accumulate) schedule.push({ phase: "accumulate" });
    const outputs = last ? atEnd : traced;
    results = await executable.run({
      batch: batch.count,
      schedule,
      outputs,
      ...(first && { inputs }),
      ...(last && into && { into }),
      ...signal,
    });
    trace?.onSnapshot({
      step: taken,
      discrepancies: discrepanciesOf(program, results),
      states: Object.fromEntries(states.map(({ id, buffer }) => [id, get(results, buffer)])),
    });
  }
  const discrepancies = discrepanciesOf(program, results);
  return {
    outputs: results,
    discrepancies,
    statuses: statusesOf(program, results, { discrepancies, batch, steps }),
  };
}

/** Where in a settle each sample first had a discrepancy that is not finite, by taking the steps one at a time. */
export async function locateDivergence(
  executable: Executable,
  request: Omit<SettleRequest, "accumulate" | "outputs" | "into" | "trace">,
): Promise<readonly number[]> {
  const first = Array.from({ length: request.batch.count }, () => request.steps);
  const found = new Set<number>();
  const onSnapshot = ({ step, discrepancies }: Snapshot): void => {
    for (let i = 0; i < first.length; i++) {
      if (found.has(i) || isFinite(discrepancies, i)) continue;
      found.add(i);
      first[i] = step;
    }
  };
  const trace = { every: 1, states: [], onSnapshot };
  await settleSamples(executable, { ...request, accumulate: false, outputs: [], trace });
  return first;
}

/** How many steps each run takes: all at once, or none and then `every` at a time. */
function pieces(steps: number, every: number | undefined): readonly number[] {
  if (every === undefined) return [steps];
  const lengths = [0];
  for (let taken = 0; taken < steps; taken += every) lengths.push(Math.min(every, steps - taken));
  return lengths;
}

/** Draws the standard normals that the start reads, sample by sample. */
export function noiseInputs(
  program: Program,
  { batch, seed }: Pick<SettleRequest, "batch" | "seed">,
): Map<BufferId, Float32Array> {
  const used = new Set(phasesOf(program).flatMap(({ reads }) => reads.map(({ buffer }) => buffer)));
  const inputs = new Map<BufferId, Float32Array>();
  for (const { id, role, type, stream } of program.buffers) {
    if (role !== "noise" || !used.has(id)) continue;
    const samples = type.batch ? Array.from({ length: batch.count }, (_, i) => sampleIndex(batch, i)) : [0];
    const key = { seed, stream: stream ?? id, epoch: batch.epoch ?? 0, samples };
    inputs.set(id, sampleNormals(key, sizeOf(type.shape)));
  }
  return inputs;
}

function phasesOf({ phases }: Program): readonly Phase[] {
  return [phases.start, phases.step, phases.readout, phases.accumulate];
}

export function statusesOf(
  program: Program,
  results: ReadonlyMap<BufferId, NumberArray>,
  settle: {
    readonly discrepancies: SettledSamples["discrepancies"];
    readonly batch: DataBatch;
    readonly steps: number;
  },
): readonly SampleStatus[] {
  const { monitor } = program;
  const status = monitor && get(results, monitor.status);
  const statusStep = monitor && get(results, monitor.statusStep);
  const times = monitor?.time && get(results, monitor.time);
  return Array.from({ length: settle.batch.count }, (_, i): SampleStatus => {
    const step = statusStep?.[i] ?? settle.steps;
    const time = times === undefined ? {} : { time: times[i]! };
    if (status?.[i] === 2) return { kind: "diverged", step, ...time };
    if (!isFinite(settle.discrepancies, i)) return { kind: "diverged", step: settle.steps, ...time };
    return status?.[i] === 1 ? { kind: "settled", step, ...time } : { kind: "max-steps", step: settle.steps, ...time };
  });
}

function isFinite(discrepancies: SettledSamples["discrepancies"], position: number): boolean {
  return Object.values(discrepancies).every((values) => Number.isFinite(values[position]));
}

export function discrepanciesOf(
  program: Program,
  results: ReadonlyMap<BufferId, NumberArray>,
): Record<string, NumberArray> {
  return Object.fromEntries(program.errors.map(({ id, discrepancy }) => [id, get(results, discrepancy)]));
}

function get(results: ReadonlyMap<BufferId, NumberArray>, buffer: BufferId): NumberArray {
  const values = results.get(buffer);
  if (values === undefined) throw new Error(`the engine did not return ${buffer}`);
  return values;
}
