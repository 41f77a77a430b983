/** Reads batches from a source, the next one while the current one is being worked on. */
import type { SampleSource } from "./sample-source.ts";

export interface ReadBatch {
  readonly indices: readonly number[];
  readonly fields: Readonly<Record<string, Float32Array>>;
  /**
   * Seconds for which reading this batch held everything else up: until `read` returned its promise, and until that was
   * fulfilled after the work on the batch before had ended. What reading goes on in between costs nothing, or, on the
   * same thread, counts as part of that work.
   */
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
    const fields = await untilAborted(next.fields, signal);
    const waited = next.blocked + (performance.now() - began) / 1000;
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

interface Reading {
  readonly fields: Promise<ReadBatch["fields"]>;
  /** Seconds until `read` returned. */
  readonly blocked: number;
}

function begin(source: SampleSource, indices: readonly number[] | undefined): Reading {
  if (indices === undefined) return { fields: Promise.resolve({}), blocked: 0 };
  const began = performance.now();
  const fields = source.read(indices);
  // Whoever waits for it gets the error; if nobody ever does, it must not end the process.
  fields.catch(() => undefined);
  return { fields, blocked: (performance.now() - began) / 1000 };
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
