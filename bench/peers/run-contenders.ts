/**
 * Times contenders against each other on a machine that others use as well: all are kept alive, one of them runs at a
 * time, round after round, and a sample counts only if no other process was at work meanwhile.
 */
import { ContenderProcess, type WorkerCommand, WorkerFault } from "./contender-process.ts";
import { busySeconds, peakMemory, processSeconds } from "./processor-time.ts";

export interface Contender {
  readonly name: string;
  /** Processes that share the work and start at the same moment; one, as a rule. */
  readonly workers: readonly WorkerCommand[];
  /** What it computes is not what `check` looks at. */
  readonly unchecked?: true;
}

export interface RunOptions {
  readonly rounds: number;
  /** A sample repeats what it times until it lasts about so long, in seconds. Default 0.8. */
  readonly sampleSeconds?: number;
  /** Share of one core that other processes may use while a sample is taken. Default 0.06. */
  readonly foreignLimit?: number;
  /** Seconds that may be spent on waiting for others to finish, all in all; after that samples are taken as they come. */
  readonly patience?: number;
  /** Called once for each contender that is ready, with its first process. */
  readonly check?: (worker: ContenderProcess) => Promise<number>;
  readonly onProgress?: (text: string) => void;
}

/** Times are of one settle. */
export interface Sample {
  readonly seconds: number;
  /** Of processor time, all threads and processes together; like `foreign`, known on Linux only. */
  readonly processorSeconds?: number;
  /** Share of one core that other processes used meanwhile. */
  readonly foreign?: number;
  /** Others were at work, so that `seconds` says little. */
  readonly spoilt: boolean;
}

export type ContenderResult =
  | { readonly kind: "missing"; readonly name: string; readonly reason: string }
  | {
      readonly kind: "measured";
      readonly name: string;
      readonly version: string;
      /** Of the slowest process. */
      readonly seconds: { readonly load: number; readonly first: number };
      /** What `check` returned. */
      readonly difference?: number;
      readonly samples: readonly Sample[];
      /** Most memory, all processes together, in bytes. */
      readonly memory?: number;
    };

/** @returns one result for each contender, in their order; one that cannot take part is `missing`, with the reason */
export async function runContenders(
  contenders: readonly Contender[],
  options: RunOptions,
): Promise<readonly ContenderResult[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contender of contenders) entrants.push(await enter(contender, options));
    const patience = { left: options.patience ?? 120 };
    for (let round = 1; round <= options.rounds; round++) {
      options.onProgress?.(`round ${round} of ${options.rounds}`);
      for (const [i, entrant] of entrants.entries()) entrants[i] = await takeSample(entrant, options, patience);
    }
    return entrants.map(resultOf);
  } finally {
    for (const entrant of entrants) if (entrant.kind === "ready") stopAll(entrant.processes);
  }
}

/** Median; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

interface ReadyEntrant {
  readonly kind: "ready";
  readonly name: string;
  readonly version: string;
  readonly seconds: { readonly load: number; readonly first: number };
  readonly difference?: number;
  readonly processes: readonly ContenderProcess[];
  /** Settles in one sample. */
  readonly times: number;
  readonly samples: Sample[];
}
type Entrant = ReadyEntrant | Extract<ContenderResult, { kind: "missing" }>;

async function enter(contender: Contender, options: RunOptions): Promise<Entrant> {
  const { name } = contender;
  options.onProgress?.(`${name}: starting`);
  const processes = contender.workers.map((command) => new ContenderProcess(command));
  try {
    const greetings = await Promise.all(processes.map((each) => each.greeting()));
    const seconds = { load: 0, first: 0 };
    let version = "";
    for (const greeting of greetings) {
      if (greeting.kind === "missing") {
        stopAll(processes);
        return { kind: "missing", name, reason: greeting.reason };
      }
      version = greeting.version;
      seconds.load = Math.max(seconds.load, greeting.seconds.load);
      seconds.first = Math.max(seconds.first, greeting.seconds.first);
    }
    const [first] = processes;
    const difference = first === undefined || contender.unchecked ? undefined : await options.check?.(first);
    const once = await timeAll(processes, 1);
    const times = Math.max(1, Math.round((options.sampleSeconds ?? 0.8) / once));
    return {
      kind: "ready",
      name,
      version,
      seconds,
      ...(difference !== undefined && { difference }),
      processes,
      times,
      samples: [],
    };
  } catch (fault) {
    stopAll(processes);
    if (!(fault instanceof WorkerFault)) throw fault;
    return { kind: "missing", name, reason: fault.message };
  }
}

/** Seconds until every process has settled so often. */
async function timeAll(processes: readonly ContenderProcess[], times: number): Promise<number> {
  const begun = performance.now();
  await Promise.all(processes.map((each) => each.ask({ do: "settle", times })));
  return (performance.now() - begun) / 1000;
}

/** @returns the same entrant with a sample more, or that it dropped out */
async function takeSample(entrant: Entrant, options: RunOptions, patience: { left: number }): Promise<Entrant> {
  if (entrant.kind === "missing") return entrant;
  const { foreignLimit = 0.06 } = options;
  const { name, processes, times, samples } = entrant;
  try {
    for (;;) {
      await untilQuiet(patience);
      const before = processorTimes(processes);
      const seconds = await timeAll(processes, times);
      const after = processorTimes(processes);
      const known = before !== undefined && after !== undefined;
      const own = known ? after.own - before.own : 0;
      const foreign = known ? Math.max(0, (after.busy - before.busy - own) / seconds) : 0;
      const spoilt = foreign > foreignLimit;
      samples.push({
        seconds: seconds / times,
        ...(known && { processorSeconds: own / times, foreign }),
        spoilt,
      });
      if (!spoilt || patience.left <= 0) return entrant;
      patience.left -= seconds;
    }
  } catch (fault) {
    stopAll(processes);
    if (!(fault instanceof WorkerFault)) throw fault;
    return { kind: "missing", name, reason: `it failed in the middle: ${fault.message}` };
  }
}

/** Seconds of processor time so far: the whole machine's, and these processes'. */
function processorTimes(
  processes: readonly ContenderProcess[],
): { readonly busy: number; readonly own: number } | undefined {
  const busy = busySeconds();
  if (busy === undefined) return undefined;
  const own = processes.map(({ pid }) => (pid === undefined ? 0 : (processSeconds(pid) ?? 0)));
  return { busy, own: own.reduce((sum, each) => sum + each, 0) };
}

/** Waits for an idle quarter of a second, a few seconds at most. */
async function untilQuiet(patience: { left: number }): Promise<void> {
  for (let waited = 0; waited < 3 && patience.left > 0; waited += 0.25) {
    const before = busySeconds();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const after = busySeconds();
    if (before === undefined || after === undefined || after - before <= 0.03) return;
    patience.left -= 0.25;
  }
}

function resultOf(entrant: Entrant): ContenderResult {
  if (entrant.kind === "missing") return entrant;
  const { name, version, seconds, difference, samples, processes } = entrant;
  const memory = processes.map(({ pid }) => (pid === undefined ? undefined : peakMemory(pid)));
  return {
    kind: "measured",
    name,
    version,
    seconds,
    ...(difference !== undefined && { difference }),
    samples,
    ...(!memory.includes(undefined) && { memory: memory.reduce<number>((sum, each) => sum + (each ?? 0), 0) }),
  };
}

function stopAll(processes: readonly ContenderProcess[]): void {
  for (const each of processes) each.stop();
}
