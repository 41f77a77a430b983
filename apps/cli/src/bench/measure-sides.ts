/** Lets all sides take turns, so that what else the machine does hits every one of them. */
import type { Measured, Side, SideInfo } from "./side.ts";

export interface MeasureOptions {
  readonly samples: number;
  readonly rounds: number;
  /** Seconds: a settle that would take longer is measured with fewer samples. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Told what is done next. */
  readonly onTurn?: (what: string) => void;
}

export interface SideResult extends SideInfo {
  readonly engine: string;
  readonly version: string;
  /** Of each settle. */
  readonly samples: number;
  readonly rounds: number;
  readonly samplesPerSecond: { readonly median: number; readonly slowest: number; readonly fastest: number };
  /** Samples for each second of processor time: what the clock would say of one core without other work. */
  readonly perCoreSecond: number;
  /** Speed, as a multiple of the first side's. */
  readonly speed: number;
  readonly megabytes: number;
  /** Memory, as a multiple of the first side's. */
  readonly memory: number;
  /** Megabytes more after a settle of four times as many steps; absent where that would take too long. */
  readonly moreForLonger?: number;
  readonly discrepancy: number;
}

export async function measureSides(sides: readonly Side[], options: MeasureOptions): Promise<readonly SideResult[]> {
  const { rounds, patience, signal, onTurn } = options;
  const prepared: { side: Side; info: SideInfo; samples: number; measured: Measured[] }[] = [];
  for (const side of sides) {
    signal.throwIfAborted();
    onTurn?.(`${side.engine}: loading`);
    const info = await side.load();
    // The first settle also warms up; the second tells how long one takes.
    await side.settle({ samples: 1 });
    const { seconds } = await side.settle({ samples: 2 });
    const samples = Math.max(1, Math.min(options.samples, Math.floor((2 * patience) / seconds)));
    await side.settle({ samples });
    prepared.push({ side, info, samples, measured: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { side, samples, measured } of prepared) {
      signal.throwIfAborted();
      onTurn?.(`${side.engine}: round ${round + 1} of ${rounds}`);
      measured.push(await side.settle({ samples }));
    }
  }
  const results: Omit<SideResult, "speed" | "memory">[] = [];
  for (const { side, info, samples, measured } of prepared) {
    signal.throwIfAborted();
    const speeds = measured.map(({ seconds }) => samples / seconds);
    const before = measured.at(-1)!;
    const longer =
      before.seconds * 4 > patience ? undefined : await side.settle({ samples, steps: Math.max(1, 4 * info.steps) });
    results.push({
      ...info,
      engine: side.engine,
      version: side.version,
      samples,
      rounds,
      samplesPerSecond: { median: median(speeds), slowest: Math.min(...speeds), fastest: Math.max(...speeds) },
      perCoreSecond: median(measured.map(({ coreSeconds }) => samples / Math.max(coreSeconds, 1e-9))),
      megabytes: before.megabytes,
      ...(longer && { moreForLonger: longer.megabytes - before.megabytes }),
      discrepancy: before.discrepancy,
    });
  }
  const [first] = results;
  return results.map((result) => ({
    ...result,
    speed: result.samplesPerSecond.median / first!.samplesPerSecond.median,
    memory: result.megabytes / first!.megabytes,
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
