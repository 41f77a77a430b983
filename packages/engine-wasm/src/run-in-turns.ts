/** The groups of a job on the calling thread, where there are no workers. */
import type { PhaseFunctions } from "./kernel-forms.ts";
import type { GroupJob } from "./worker-source.ts";

/** How long it computes before it lets the event loop have a turn, so that an abort arrives. */
const turnMilliseconds = 30;

export async function runInTurns(
  functions: ReadonlyMap<string, PhaseFunctions>,
  job: GroupJob,
  signal: AbortSignal | undefined,
): Promise<void> {
  let began = performance.now();
  for (let index = 0; index < job.groups; index++) {
    const group = job.group + index * job.groupBytes;
    const partial = job.partial + index * job.partialBytes;
    const valid = Math.min(job.lanes, job.samples - index * job.lanes);
    for (const [key, name, times] of job.schedule) {
      for (let time = 0; time < times; time++) {
        functions.get(key)?.[name]?.(group, job.temporary, partial, valid);
        if (performance.now() - began < turnMilliseconds) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        signal?.throwIfAborted();
        began = performance.now();
      }
    }
  }
}
