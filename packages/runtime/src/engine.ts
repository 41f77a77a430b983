/** The contract every engine keeps. Nothing here knows a file system: it runs in a browser too. */
import type { BufferId, PhaseName, Program } from "@settle/program";

/** Host-side numbers. Engines accept either and return what they compute in. */
export type NumberArray = Float32Array | Float64Array;

export type EngineStatus =
  | { readonly available: true; readonly device: string; readonly version: string }
  | {
      readonly available: false;
      /** Why it does not work here, in one sentence. */
      readonly reason: string;
      /** What to type or install; absent if nothing helps. */
      readonly remedy?: string;
    };

export interface LoadOptions {
  /** How many threads it may use; default: the engine's own choice. */
  readonly threads?: number;
}

export interface Engine {
  /** `reference`, `tfjs:wasm`, … — what a user types after `--engine`. */
  readonly name: string;
  /** One line for `settle engines`. */
  readonly description: string;
  /** Whether it works here. Never throws; does not load more than it must. */
  probe(): Promise<EngineStatus>;
  /** Makes a Program executable. @throws {SettleError} `engine/unavailable`, `engine/unsupported` naming the part */
  load(program: Program, options?: LoadOptions): Promise<Executable>;
}

export interface ScheduleEntry {
  readonly phase: PhaseName;
  /** How many times in a row; default 1. */
  readonly times?: number;
}

export interface RunRequest {
  /** Samples in this run, ≥ 1. States and readouts stay between runs of the same batch. */
  readonly batch: number;
  readonly schedule: readonly ScheduleEntry[];
  /** Written before the schedule starts: inputs, noise, or states. Kept until written again. */
  readonly inputs?: ReadonlyMap<BufferId, NumberArray>;
  /** Read back after the schedule ended. */
  readonly outputs?: readonly BufferId[];
  /**
   * Arrays that an engine may write outputs into and return, instead of new ones, where they are of the size and type it
   * returns. Nobody may use them until the run has ended. An engine need not.
   */
  readonly into?: ReadonlyMap<BufferId, NumberArray>;
  /** Checked at least once per phase repetition; the run rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Executable {
  readonly program: Program;
  readonly info: EngineInfo;
  /** Most samples it has memory for in one run, if it can tell; sessions split what is larger. */
  readonly largestBatch?: number;
  /**
   * Runs phases in order, without reading anything back between them. Samples are independent in all phases but
   * `accumulate` (which adds them in index order) and `apply`, so an engine may take a group of samples through the
   * whole schedule before the next.
   * @throws {SettleError} `engine/shape-mismatch` when an array does not have its buffer's size
   */
  run(request: RunRequest): Promise<ReadonlyMap<BufferId, NumberArray>>;
  /** Sets a buffer that has no batch (parameter, moment, accumulator, scalar input). */
  write(buffer: BufferId, values: NumberArray): Promise<void>;
  /** Copies any buffer to the host. */
  read(buffer: BufferId): Promise<NumberArray>;
  /** Frees everything it holds; using it afterwards throws. */
  dispose(): Promise<void>;
}

export interface EngineInfo {
  readonly name: string;
  readonly device: string;
  readonly dtype: "float32" | "float64";
  /** Same inputs, same bits: whatever ran before, however many threads. */
  readonly deterministic: boolean;
}
