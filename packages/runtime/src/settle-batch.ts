/** Settles a batch of any size, group by group, and puts the groups' results together. */
import { settleError } from "@settle/diagnostics";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import { type DataBatch, sampleIndex, sliceBatch } from "./data-batch.ts";
import { meanDiscrepancy, sumDiscrepancy } from "./discrepancy.ts";
import type { Executable, NumberArray } from "./engine.ts";
import type { DivergedSample, SampleStatus } from "./sample-status.ts";
import type { SettleOptions, SettleResult, TraceEvent, Wanted } from "./session.ts";
import {
  locateDivergence,
  type SettledSamples,
  type SettleRequest,
  settleSamples,
  type Snapshot,
} from "./settle-samples.ts";

export interface GroupOptions {
  readonly seed: number;
  /** Most samples in one engine run. */
  readonly microBatch: number;
}

export async function settleBatch(
  executable: Executable,
  batch: DataBatch,
  options: Omit<SettleOptions, "modes"> & GroupOptions,
): Promise<SettleResult> {
  const { program } = executable;
  const errors = program.errors.map(({ id }) => id);
  const states = program.states.map(({ id }) => id);
  const predicted = pick(options.predictions, errors, "error node");
  const erring = pick(options.errors, errors, "error node");
  const stated = pick(options.states, states, "state");
  const steps = stepsOf(program, options.steps);
  const buffers = {
    predictions: program.errors.filter(({ id }) => predicted.has(id)).map((e) => [e.id, e.prediction] as const),
    errors: program.errors.filter(({ id }) => erring.has(id)).map((e) => [e.id, e.error] as const),
    states: program.states.filter(({ id }) => stated.has(id)).map((s) => [s.id, s.buffer] as const),
  };
  const outputs = Object.values(buffers).flatMap((list) => list.map(([, buffer]) => buffer));
  const traceStates = [...pick(options.trace?.states, states, "state")];
  const snapshots: Snapshot[][] = [];
  const groups: SettledSamples[] = [];
  const parts = groupsOf(batch, options.microBatch);
  // Before their memory is taken: they may be the states of the result that is given up.
  const from =
    options.from && beginnings(program, options.from, { count: batch.count, copy: options.reuse !== undefined });
  // What is put together from parts is new in any case.
  const into = parts.length === 1 && options.reuse ? arraysOf(options.reuse, buffers) : undefined;
  let before = 0;
  for (const group of parts) {
    const own: Snapshot[] = [];
    const request: SettleRequest = {
      batch: group,
      seed: options.seed,
      steps,
      accumulate: false,
      outputs,
      ...(from && { from: partOf(from, batch.count, before, group.count) }),
      ...(into && { into }),
      ...(options.trace && {
        trace: {
          every: traceEvery(options.trace.every),
          states: traceStates,
          onSnapshot: (snapshot: Snapshot) => own.push(snapshot),
        },
      }),
      ...(options.signal && { signal: options.signal }),
    };
    const settled = await settleSamples(executable, request);
    groups.push({ ...settled, statuses: await located(executable, request, settled.statuses) });
    snapshots.push(own);
    before += group.count;
  }
  const join = (list: readonly (readonly [string, BufferId])[]): Record<string, NumberArray> =>
    Object.fromEntries(
      list.map(([id, buffer]) => [id, concatenate(groups.map((g) => required(g.outputs.get(buffer))))]),
    );
  const discrepancies = joinRecords(groups.map((group) => group.discrepancies));
  const statuses = groups.flatMap((group) => group.statuses);
  return {
    count: batch.count,
    predictions: join(buffers.predictions),
    errors: join(buffers.errors),
    states: join(buffers.states),
    discrepancies,
    discrepancy: meanDiscrepancy(sumDiscrepancy(discrepancies, batch.count)),
    statuses,
    diverged: divergedOf(batch, statuses),
    trace: joinTraces(snapshots, batch.count),
  };
}

/**
 * New arrays on the memory of a result, by the buffers they are for. They are taken from it rather than shared, so that
 * nobody sees them change.
 */
function arraysOf(
  result: NonNullable<SettleOptions["reuse"]>,
  buffers: Readonly<Record<keyof typeof result, readonly (readonly [string, BufferId])[]>>,
): ReadonlyMap<BufferId, Float32Array> {
  const taken = new Map<BufferId, Float32Array>();
  for (const kind of ["predictions", "errors", "states"] as const) {
    for (const [id, buffer] of buffers[kind]) {
      const values = result[kind][id];
      if (!(values instanceof Float32Array) || !(values.buffer instanceof ArrayBuffer)) continue;
      // What lies beside it would be taken as well.
      if (values.length === 0 || values.byteLength !== values.buffer.byteLength) continue;
      taken.set(buffer, new Float32Array(structuredClone(values.buffer, { transfer: [values.buffer] })));
    }
  }
  return taken;
}

/** What states begin from, by buffer. */
function beginnings(
  program: Program,
  from: NonNullable<SettleOptions["from"]>,
  { count, copy }: { readonly count: number; readonly copy: boolean },
): ReadonlyMap<BufferId, NumberArray> {
  pick(
    Object.keys(from),
    program.states.map(({ id }) => id),
    "state",
  );
  const given = program.states.filter(({ id }) => from[id] !== undefined);
  for (const { id, buffer } of given) {
    const wanted = count * sizeOf(program.buffers.find((each) => each.id === buffer)!.type.shape);
    if (from[id]!.length === wanted) continue;
    throw settleError("session/bad-option", `State "${id}" cannot begin from ${from[id]!.length} numbers.`, {
      help: `${count} samples of it are ${wanted} numbers`,
    });
  }
  return new Map(given.map(({ id, buffer }) => [buffer, copy ? from[id]!.slice() : from[id]!]));
}

function partOf(
  values: ReadonlyMap<BufferId, NumberArray>,
  count: number,
  before: number,
  own: number,
): ReadonlyMap<BufferId, NumberArray> {
  return new Map(
    [...values].map(([buffer, all]) => {
      const size = all.length / count;
      return [buffer, all.subarray(before * size, (before + own) * size)];
    }),
  );
}

/** Consecutive groups of at most `size` samples. */
export function groupsOf(batch: DataBatch, size: number): readonly DataBatch[] {
  // Nothing to split; what is wrong with an empty batch is said where its data are checked.
  if (!(batch.count > size)) return [batch];
  const groups: DataBatch[] = [];
  for (let from = 0; from < batch.count; from += size) {
    groups.push(sliceBatch(batch, from, Math.min(from + size, batch.count)));
  }
  return groups;
}

/** Finds the step at which samples diverged where the Program's monitor does not say. */
export async function located(
  executable: Executable,
  request: SettleRequest,
  statuses: readonly SampleStatus[],
): Promise<readonly SampleStatus[]> {
  if (executable.program.monitor !== undefined || statuses.every(({ kind }) => kind !== "diverged")) return statuses;
  const { batch, seed, steps, from, signal } = request;
  const given = { batch, seed, steps, ...(from && { from }), ...(signal && { signal }) };
  const first = await locateDivergence(executable, given);
  return statuses.map((status, i) => (status.kind === "diverged" ? { ...status, step: first[i] ?? steps } : status));
}

export function divergedOf(batch: DataBatch, statuses: readonly SampleStatus[]): readonly DivergedSample[] {
  return statuses.flatMap(({ kind, step }, i) =>
    kind === "diverged" ? [{ sample: sampleIndex(batch, i), step }] : [],
  );
}

export function stepsOf(program: Program, steps = program.settle.steps): number {
  if (Number.isInteger(steps) && steps >= 0) return steps;
  throw settleError("session/bad-option", `A settle cannot take ${steps} steps.`, {
    help: "give a whole number of steps, 0 or more",
  });
}

function joinRecords(records: readonly Readonly<Record<string, NumberArray>>[]): Record<string, NumberArray> {
  const [first = {}] = records;
  return Object.fromEntries(
    Object.keys(first).map((id) => [id, concatenate(records.map((record) => required(record[id])))]),
  );
}

function traceEvery(every: number): number {
  if (Number.isInteger(every) && every >= 1) return every;
  throw settleError("session/bad-option", `A trace cannot look every ${every} steps.`, {
    help: "give a whole number of steps, 1 or more",
  });
}

function pick(wanted: Wanted | undefined, ids: readonly string[], what: string): ReadonlySet<string> {
  if (wanted === "all") return new Set(ids);
  for (const id of wanted ?? []) {
    if (ids.includes(id)) continue;
    throw settleError("session/unknown-node", `There is no ${what} "${id}".`, { help: `there are: ${ids.join(", ")}` });
  }
  return new Set(wanted ?? []);
}

/** Groups settle one after the other, so their traces are laid side by side here. */
function joinTraces(groups: readonly (readonly Snapshot[])[], count: number): readonly TraceEvent[] {
  const [first = []] = groups;
  return first.map(({ step }, i) => {
    const moments = groups.map((group) => required(group[i]));
    const discrepancies = joinRecords(moments.map((moment) => moment.discrepancies));
    return {
      step,
      discrepancy: meanDiscrepancy(sumDiscrepancy(discrepancies, count)),
      discrepancies,
      states: joinRecords(moments.map((moment) => moment.states)),
    };
  });
}

function concatenate(parts: readonly NumberArray[]): NumberArray {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = first instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a group returned less than the others");
  return value;
}
