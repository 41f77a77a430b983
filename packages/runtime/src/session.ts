/** A compiled circuit on an engine, with its parameters: settle, learn, project. */
import { settleError } from "@settle/diagnostics";
import type { Backpropagation, Program } from "@settle/program";
import { backpropagateBatch } from "./backpropagate-batch.ts";
import type { DataBatch } from "./data-batch.ts";
import type { Discrepancy, DiscrepancySum } from "./discrepancy.ts";
import type { Engine, EngineInfo, Executable, NumberArray } from "./engine.ts";
import { createExecutablePool } from "./executable-pool.ts";
import { wantsEstimate } from "./keep-stable.ts";
import { learnBatch } from "./learn-batch.ts";
import { freeModes, type Modes } from "./modes.ts";
import { loadReversed, type ReversedExecutables } from "./reversed-executables.ts";
import type { StoredTensor } from "./run-store.ts";
import type { DivergedSample, SampleStatus } from "./sample-status.ts";
import { type GroupOptions, settleBatch } from "./settle-batch.ts";
import {
  estimateStability,
  hasStability,
  type SettledBatch,
  type StabilityEstimate,
  type StabilityOptions,
} from "./stability.ts";

export interface SessionOptions {
  /** The Program for a mode set; called once per set. Without modes: every observed node clamped. */
  readonly programFor: (modes?: Modes) => Program;
  readonly engine: Engine;
  /** Decides initial weights and all noise. */
  readonly seed: number;
  readonly threads?: number;
  /** Most samples in one engine run; larger batches are split. Default: what the engine has memory for. */
  readonly microBatch?: number;
  /** Most executables (one per mode set) kept loaded. Default 4. */
  readonly executables?: number;
  /** Learns by the gradient of a loss through the settle, instead of by the circuit's local rules. */
  readonly backpropagation?: Backpropagation;
}

/** Ids of nodes whose values are wanted, or all. */
export type Wanted = "all" | readonly string[];

export interface SettleOptions {
  /** Default: every observed node clamped. */
  readonly modes?: Modes;
  /** T; default the circuit's. 0 reads out the start. */
  readonly steps?: number;
  /** Where states begin, by state: `[count, ...shape]`. Those left out begin as the circuit says, or with their data. */
  readonly from?: Readonly<Record<string, NumberArray>>;
  /** Error nodes whose predictions (μ) to return. Default none. */
  readonly predictions?: Wanted;
  /** Error nodes whose errors to return. Default none. */
  readonly errors?: Wanted;
  /** States to return. Default none. */
  readonly states?: Wanted;
  /**
   * An earlier result that nobody needs any more: its predictions, errors and states that are asked for again become
   * empty, and their memory is used for the new ones. Memory that is used for the first time is dear. A batch that is
   * split, or an engine that has no use for it, gets new memory.
   */
  readonly reuse?: Pick<SettleResult, "predictions" | "errors" | "states">;
  /** Follows the settle from its start. Costs one readout every `every` steps. */
  readonly trace?: { readonly every: number; readonly states?: Wanted };
  /** Abandons the settle; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a trace says about one moment of a settle. */
export interface TraceEvent {
  /** Steps taken; 0 is the start. */
  readonly step: number;
  /** Mean over the batch. */
  readonly discrepancy: Discrepancy;
  /** By error node: `[count]`. */
  readonly discrepancies: Readonly<Record<string, NumberArray>>;
  /** States asked for: `[count, ...shape]`. */
  readonly states: Readonly<Record<string, NumberArray>>;
}

export interface SettleResult {
  readonly count: number;
  /** By error node, of those asked for: `[count, ...shape of its target]`. */
  readonly predictions: Readonly<Record<string, NumberArray>>;
  /** As `predictions`. */
  readonly errors: Readonly<Record<string, NumberArray>>;
  /** By state, of those asked for: `[count, ...shape]`. */
  readonly states: Readonly<Record<string, NumberArray>>;
  /** By error node: ½‖e‖² of each sample, `[count]`. */
  readonly discrepancies: Readonly<Record<string, NumberArray>>;
  /** Mean over the batch; not finite if a sample diverged. */
  readonly discrepancy: Discrepancy;
  /** Of each sample. */
  readonly statuses: readonly SampleStatus[];
  /** Samples that diverged; empty if all is well. */
  readonly diverged: readonly DivergedSample[];
  /** Empty without `trace`. */
  readonly trace: readonly TraceEvent[];
}

export interface LearnOptions {
  /** Learning rate of this update; default the circuit's. */
  readonly rate?: number;
  /** Default: every observed node clamped. */
  readonly modes?: Modes;
  readonly steps?: number;
  /** Estimates λmax too, though the circuit does not ask for it at this update. Costs about 14 steps. Default false. */
  readonly stability?: boolean;
  /** Abandons the batch: no parameter changes, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export type LearnResult =
  | {
      readonly kind: "learned";
      readonly count: number;
      /** Of the settled states, before the update; mean over the batch. */
      readonly discrepancy: Discrepancy;
      /** The same, summed over samples. */
      readonly sum: DiscrepancySum;
      readonly statuses: readonly SampleStatus[];
      /** Of the settled states, before the update; if it was estimated. */
      readonly stability?: StabilityEstimate;
      /** How far a bound on λmax moved the weights, as a part of their length; absent where it left them alone. */
      readonly restrained?: number;
      /** Time spent settling and adding up, and in the update itself. */
      readonly seconds: { readonly settle: number; readonly learn: number };
    }
  /** Some samples diverged: the update was not made and no parameter changed, but for what a bound on λmax moved. */
  | {
      readonly kind: "diverged";
      readonly count: number;
      readonly diverged: readonly DivergedSample[];
      /** Of the samples that did not diverge, if it was estimated. */
      readonly stability?: StabilityEstimate;
      /** How far a bound on λmax moved the weights, to no avail. */
      readonly restrained?: number;
    };

export interface ProjectOptions {
  /** Sample indices for the noise; default 0 … count − 1. */
  readonly indices?: readonly number[];
  readonly epoch?: number;
}

export interface ProjectResult {
  readonly count: number;
  /** By error node: `[count, ...shape of its target]`. */
  readonly predictions: Readonly<Record<string, NumberArray>>;
  /** By state: `[count, ...shape]`. */
  readonly states: Readonly<Record<string, NumberArray>>;
}

/**
 * Calls are taken one after the other, in the order they were made. A call that throws leaves parameters as they were.
 */
export interface Session {
  /** The Program with every observed node clamped. */
  readonly program: Program;
  readonly engine: EngineInfo;
  readonly seed: number;
  /** Updates since the parameters were initialized. */
  readonly updates: number;
  /**
   * Compiles and loads the Program of a mode set, which the first settle in it would do otherwise.
   * @param modes  default: every observed node clamped
   */
  prepare(modes?: Modes): Promise<void>;
  /**
   * Settles a batch, synapses held fixed.
   * @throws {SettleError} `data/…` when the batch does not fit the circuit or is not finite
   */
  settle(batch: DataBatch, options?: SettleOptions): Promise<SettleResult>;
  /**
   * Settles a batch and makes one update from its mean.
   * @throws {SettleError} as `settle`
   */
  learn(batch: DataBatch, options?: LearnOptions): Promise<LearnResult>;
  /**
   * λmax at the states of the latest settle, learn or project, with the parameters as they are now. Asked again for the
   * same states it goes on from where it was. Of a batch that was split, the last part counts.
   * @throws {SettleError} `session/nothing-settled`, `run/diverged`
   */
  stability(options?: StabilityOptions): Promise<StabilityEstimate>;
  /** Starts with all observed nodes free and reads out before the first step: what the circuit projects by itself. */
  project(count: number, options?: ProjectOptions): Promise<ProjectResult>;
  readonly parameters: Parameters;
  /** Frees the engine's memory; using the session afterwards throws `session/disposed`. */
  dispose(): Promise<void>;
}

export interface Parameters {
  /** Parameters and moments, copied. */
  export(): Promise<ReadonlyMap<string, StoredTensor>>;
  /**
   * Takes over parameters, and moments where given (else they start anew). All or nothing.
   * @param updates what `session.updates` becomes; default 0
   * @throws {SettleError} `checkpoint/unknown-tensor`, `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`,
   *   `checkpoint/not-finite`
   */
  import(tensors: ReadonlyMap<string, StoredTensor>, updates?: number): Promise<void>;
  /** Back to the initial weights. */
  reset(): Promise<void>;
}

/**
 * Loads a circuit's Program onto an engine with freshly drawn weights.
 * @throws {SettleError} `engine/unavailable`, `engine/unsupported`
 */
export async function createSession(options: SessionOptions): Promise<Session> {
  const { programFor, engine, seed, microBatch = Infinity, backpropagation } = options;
  const program = programFor();
  const load = options.threads === undefined ? {} : { threads: options.threads };
  let reversed: ReversedExecutables | undefined;
  const pool = createExecutablePool({
    programFor: (modes) => (modes === undefined ? program : programFor(modes)),
    engine,
    seed,
    load,
    capacity: Math.max(1, options.executables ?? 4),
  });
  const { info } = await pool.use();
  let updates = 0;
  let disposed = false;
  let latest: (SettledBatch & { readonly modes: Modes | undefined }) | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** An executable keeps the states of one batch at a time, so calls must not interleave. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(() => {
      if (disposed)
        throw settleError("session/disposed", "This session was disposed of.", { help: "create a new one" });
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * The executable of a mode set, which will hold the states of a batch of `count` samples, or of its last part; and how
   * many samples it takes at a time.
   */
  async function useFor(
    count: number,
    modes: Modes | undefined,
  ): Promise<{ readonly executable: Executable; readonly group: GroupOptions }> {
    const executable = await pool.use(modes);
    const most = Math.min(microBatch, executable.largestBatch ?? Infinity);
    latest = { executable, modes, count: most < count ? ((count - 1) % most) + 1 : count };
    return { executable, group: { seed, microBatch: most } };
  }

  async function learnByBackpropagation(
    programs: Backpropagation,
    batch: DataBatch,
    learnOptions: LearnOptions,
  ): Promise<LearnResult> {
    reversed ??= await loadReversed(programs, engine, seed, load);
    const parameters = await pool.exportTensors();
    const { executable, group } = await useFor(batch.count, programs.modes);
    const result = await backpropagateBatch(executable, reversed, parameters, batch, { ...learnOptions, ...group });
    return counted(executable, result);
  }

  function counted(executable: Executable, result: LearnResult): LearnResult {
    if (result.kind !== "learned") return result;
    pool.learned(executable);
    updates += 1;
    return result;
  }

  return {
    program,
    engine: info,
    seed,
    get updates() {
      return updates;
    },
    prepare: (modes) => inTurn(async () => void (await pool.use(modes))),
    settle: (batch, settleOptions = {}) =>
      inTurn(async () => {
        const { executable, group } = await useFor(batch.count, settleOptions.modes);
        return settleBatch(executable, batch, { ...settleOptions, ...group });
      }),
    learn: (batch, learnOptions = {}) =>
      inTurn(async () => {
        if (backpropagation !== undefined) return learnByBackpropagation(backpropagation, batch, learnOptions);
        const { executable, group } = await useFor(batch.count, learnOptions.modes);
        const asked = learnOptions.stability === true || wantsEstimate(executable.program, updates);
        const estimate = asked && hasStability(executable.program);
        const result = await learnBatch(executable, batch, {
          ...learnOptions,
          ...group,
          update: updates,
          estimate,
        });
        return counted(executable, result);
      }),
    stability: (stabilityOptions = {}) =>
      inTurn(async () => {
        const settled = latest;
        if (settled === undefined || (await pool.use(settled.modes)) !== settled.executable || !hasStability(program)) {
          throw settleError("session/nothing-settled", "There are no settled states whose stability could be told.", {
            help: "settle a batch, or learn from one, and ask then",
          });
        }
        return estimateStability(settled, { seed, update: updates }, stabilityOptions);
      }),
    project: (count, { indices, epoch } = {}) =>
      inTurn(async () => {
        const batch = { count, fields: {}, ...(indices && { indices }), ...(epoch !== undefined && { epoch }) };
        const wanted = { steps: 0, predictions: "all", states: "all" } as const;
        const { executable, group } = await useFor(count, freeModes(program));
        const { predictions, states } = await settleBatch(executable, batch, { ...wanted, ...group });
        return { count, predictions, states };
      }),
    parameters: {
      export: () => inTurn(() => pool.exportTensors()),
      import: (tensors, count = 0) =>
        inTurn(async () => {
          pool.importTensors(tensors);
          updates = count;
        }),
      reset: () =>
        inTurn(async () => {
          pool.reset();
          updates = 0;
        }),
    },
    dispose: () =>
      inTurn(async () => {
        disposed = true;
        await reversed?.dispose();
        await pool.dispose();
      }),
  };
}
