/** Reads batches from a source, the next one while the current one is being worked on. */
import type { SampleSource } from "./sample-source.ts";

export interface ReadBatch {
  readonly indices: readonly number[];
  readonly fields: Readonly<Record<string, Float32Array>>;
  /** How long the reader of this batch had to wait for it; reading done meanwhile costs nothing. */
  readonly waited: number;
}

/**
 * @param batches the sample indices of each batch, in order
 * @param signal  stops waiting for a read; the iteration throws the signal's reason
 */
export async function* readAhead(
  source: SampleSource,
  batches: readonly (readonly number[])[],
  signal?: AbortSignal,
): AsyncGenerator<ReadBatch> {
  let next = begin(source, batches[0]);
  for (const [i, indices] of batches.entries()) {
    await breathe();
    const began = performance.now();
    const fields = await untilAborted(next, signal);
    const waited = (performance.now() - began) / 1000;
    next = begin(source, batches[i + 1]);
    yield { indices, fields, waited };
  }
}

/**
 * Lets timers, signals and drawing have their turn. An engine that computes on this thread and data in memory never wait
 * for anything, so that without this a Ctrl-C would go unheard until the end.
 */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

type Fields = ReadBatch["fields"];

function begin(source: SampleSource, indices: readonly number[] | undefined): Promise<Fields> {
  const reading = indices === undefined ? Promise.resolve({}) : source.read(indices);
  // Whoever waits for it gets the error; if nobody ever does, it must not end the process.
  reading.catch(() => undefined);
  return reading;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
