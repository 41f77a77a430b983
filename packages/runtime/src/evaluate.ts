/** Settles every sample of a source and hands the results on; scores are computed by whoever receives them. */
import { settleError } from "@settle/diagnostics";
import { checkSource, type DataBatch } from "./data-batch.ts";
import {
  addDiscrepancy,
  type Discrepancy,
  type DiscrepancySum,
  meanDiscrepancy,
  noDiscrepancy,
  sumDiscrepancy,
} from "./discrepancy.ts";
import { readAhead } from "./read-ahead.ts";
import type { SampleSource } from "./sample-source.ts";
import type { DivergedSample } from "./sample-status.ts";
import type { Session, SettleOptions, SettleResult } from "./session.ts";

type Fields = DataBatch["fields"];

export interface EvaluationOptions extends SettleOptions {
  readonly source: SampleSource;
  /** Samples per settle; default the circuit's `learn.batch`. Changes nothing but speed and memory. */
  readonly batch?: number;
  /** Only the first so many samples. */
  readonly limit?: number;
  /** Settles so first; what is scored begins from those states, but for what is observed. */
  readonly first?: Pick<SettleOptions, "modes" | "steps">;
  /** Makes what the circuit sees from the clean fields, e.g. adds noise. The clean arrays must not be written. */
  readonly corrupt?: (fields: Fields, indices: readonly number[]) => Fields;
  /** Masks of masked nodes, by state id: `[indices.length, ...shape]`, 1 where clamped. */
  readonly masks?: (fields: Fields, indices: readonly number[]) => NonNullable<DataBatch["masks"]>;
  /** Receives every batch in order; the next one waits for the promise. */
  readonly onBatch?: (batch: EvaluatedBatch) => void | Promise<void>;
}

export interface EvaluatedBatch {
  readonly indices: readonly number[];
  readonly clean: Fields;
  /** What the circuit saw; the clean fields if nothing was corrupted. */
  readonly seen: Fields;
  readonly result: SettleResult;
  /** Samples evaluated so far, this batch included, of how many. */
  readonly done: number;
  readonly samples: number;
}

export interface EvaluationResult {
  readonly samples: number;
  /** Mean over the samples that did not diverge; NaN if all did. */
  readonly discrepancy: Discrepancy;
  readonly diverged: readonly DivergedSample[];
  /** How many stopped early because they had settled. */
  readonly settled: number;
  /**
   * `load` is the time until the engine held the Program, `data` that spent waiting for samples; `settle` includes
   * copying results from the engine.
   */
  readonly seconds: { readonly load: number; readonly data: number; readonly settle: number; readonly total: number };
  /** By the time spent settling. */
  readonly imagesPerSecond: number;
}

/**
 * @throws {SettleError} `data/…` when the source does not fit the circuit or a sample is not finite
 * @throws the signal's reason when aborted
 */
export async function evaluate(session: Session, options: EvaluationOptions): Promise<EvaluationResult> {
  const { source, corrupt, masks, onBatch } = options;
  checkSource(session.program, source);
  const samples = Math.min(source.size, positive("limit", options.limit ?? source.size));
  const size = positive("batch", options.batch ?? session.program.learn.batch);
  const batches = Array.from({ length: Math.ceil(samples / size) }, (_, b) =>
    Array.from({ length: Math.min(size, samples - b * size) }, (__, i) => b * size + i),
  );
  const began = performance.now();
  await session.prepare(options.modes);
  const load = (performance.now() - began) / 1000;
  let data = 0;
  let settle = 0;
  let done = 0;
  let settled = 0;
  let sum: DiscrepancySum = noDiscrepancy;
  const diverged: DivergedSample[] = [];
  for await (const { indices, fields: clean, waited } of readAhead(source, batches, options.signal)) {
    data += waited;
    const seen = corrupt?.(clean, indices) ?? clean;
    const given = masks?.(clean, indices);
    const started = performance.now();
    const batch = { count: indices.length, fields: seen, indices, ...(given && { masks: given }) };
    const from = options.first && (await hiddenStates(session, batch, options));
    const result = await session.settle(batch, from === undefined ? options : { ...options, from });
    settle += performance.now() - started;
    done += indices.length;
    sum = addDiscrepancy(
      sum,
      sumDiscrepancy(result.discrepancies, result.count, (i) => result.statuses[i]?.kind !== "diverged"),
    );
    diverged.push(...result.diverged);
    settled += result.statuses.filter(({ kind }) => kind === "settled").length;
    await onBatch?.({ indices, clean, seen, result, done, samples });
  }
  return {
    samples,
    discrepancy: meanDiscrepancy(sum),
    diverged,
    settled,
    seconds: { load, data, settle: settle / 1000, total: (performance.now() - began) / 1000 },
    imagesPerSecond: (1000 * samples) / settle,
  };
}

/** The states that are not observed, settled as `first` says. */
async function hiddenStates(
  session: Session,
  batch: DataBatch,
  { first, signal }: EvaluationOptions,
): Promise<SettleResult["states"]> {
  const observed = new Set(session.program.observed.map(({ state }) => state));
  const states = session.program.states.map(({ id }) => id).filter((id) => !observed.has(id));
  return (await session.settle(batch, { ...first, states, ...(signal && { signal }) })).states;
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw settleError("session/bad-option", `The ${name} of an evaluation is ${value}.`, {
    help: "give a whole number, 1 or more",
  });
}
