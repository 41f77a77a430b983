/** What `settle_run` is asked to do, as the list of int64 it reads (see `run-text.ts`). */
/** A batched buffer on its way in or out. */
export interface Transfer {
  /** First number of its array in the memory of a lane group, and in that of a single sample. */
  readonly offset: number;
  readonly singleOffset: number;
  /** Numbers of one sample. */
  readonly elements: number;
  /** Where its `[samples][elements]` lie in the host's memory. */
  readonly address: bigint;
}

export interface NativeRequest {
  readonly threads: number;
  readonly samples: number;
  /** The samples beyond theirs are taken one by one. */
  readonly laneGroups: number;
  readonly schedule: readonly { readonly phase: number; readonly times: number }[];
  readonly inputs: readonly Transfer[];
  readonly outputs: readonly Transfer[];
}

export function nativeRequest({
  threads,
  samples,
  laneGroups,
  schedule,
  inputs,
  outputs,
}: NativeRequest): BigInt64Array {
  const transfers = (list: readonly Transfer[]): readonly (number | bigint)[] => [
    list.length,
    ...list.flatMap(({ offset, singleOffset, elements, address }) => [offset, singleOffset, elements, address]),
  ];
  const numbers = [
    threads,
    samples,
    laneGroups,
    schedule.length,
    ...schedule.flatMap(({ phase, times }) => [phase, times]),
    ...transfers(inputs),
    ...transfers(outputs),
  ];
  // Off the heap whatever its length, so that it does not move.
  const request = new BigInt64Array(new ArrayBuffer(8 * Math.max(numbers.length, 16)));
  numbers.forEach((number, k) => (request[k] = BigInt(number)));
  return request;
}
