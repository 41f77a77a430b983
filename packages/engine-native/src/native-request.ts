/** What `settle_run` is asked to do, as the list of int64 it reads (see `run-text.ts`). */
import type { BufferId } from "@settle/program";

/** A batched buffer on its way in or out. */
export interface Transfer {
  readonly buffer: BufferId;
  /** First number of its array in the memory of a group. */
  readonly offset: number;
  /** Numbers of one sample. */
  readonly elements: number;
  /** First number of its `[samples][elements]` in the host's memory. */
  readonly at: number;
}

export interface NativeRequest {
  readonly threads: number;
  readonly samples: number;
  readonly schedule: readonly { readonly phase: number; readonly times: number }[];
  readonly inputs: readonly Transfer[];
  readonly outputs: readonly Transfer[];
}

export function nativeRequest({ threads, samples, schedule, inputs, outputs }: NativeRequest): BigInt64Array {
  const transfers = (list: readonly Transfer[]): readonly number[] => [list.length, ...list.flatMap(({ offset, elements, at }) => [offset, elements, at])];
  const numbers = [threads, samples, schedule.length, ...schedule.flatMap(({ phase, times }) => [phase, times]), ...transfers(inputs), ...transfers(outputs)];
  // Off the heap whatever its length, so that it does not move.
  const request = new BigInt64Array(new ArrayBuffer(8 * Math.max(numbers.length, 16)));
  numbers.forEach((number, k) => (request[k] = BigInt(number)));
  return request;
}
