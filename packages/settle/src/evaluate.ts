/** How well a circuit does on data it may never have seen, by one of the tasks of the registry. */
import {
  evaluate as settleAll,
  type Discrepancy,
  type EvaluationResult,
  type NumberArray,
  type Session,
} from "@settle/runtime";
import type { Scores, TaskOptions } from "./tasks/task.ts";
import { type Task, taskRegistry } from "./tasks/task-registry.ts";

export interface EvaluateOptions extends TaskOptions {
  readonly task: Task;
  /** Samples settled together. Default 20. */
  readonly batch?: number;
  /** The first so many samples. Default all. */
  readonly limit?: number;
  /** How many samples' pictures to return. Default 0. */
  readonly pictures?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  readonly task: Task;
  /** Name of the data. */
  readonly data: string;
  /** Samples scored. */
  readonly images: number;
  /** What the task is about: of the final prediction against the clean image, or the `accuracy`, 0 … 1. */
  readonly metrics: Scores;
  /** Other scores, by name: see the task's file in `tasks/`. */
  readonly variants: Readonly<Record<string, Scores>>;
  /** Mean over images, of the settled states. */
  readonly discrepancy: Discrepancy;
  /** How many samples diverged. They do not count in the discrepancy, but make the metrics of images NaN. */
  readonly diverged: number;
  /** Time until the engine held the Programs that the task settles with; none where it held them before. */
  readonly loadSeconds: number;
  /** Time spent settling. */
  readonly settleSeconds: number;
  /** Images settled per second, all passes counted. */
  readonly imagesPerSecond: number;
  readonly pictures: readonly SampleImages[];
}

/** The images of one sample: `[height, width, channels]`, on the scale 0 … 1, not clipped. */
export interface SampleImages {
  readonly shape: readonly number[];
  /** `original`, `noisy`, `prediction`, … in the order to show them. */
  readonly images: Readonly<Record<string, NumberArray>>;
}

/**
 * Settles the samples and scores what the circuit makes of them.
 *
 * Noise depends on the session's seed and the sample's index only, so that two circuits meet the same noisy images.
 *
 * @throws {SettleError} `data/…` where the samples do not fit the circuit, `evaluate/…` where the task does not
 * @source ConvNGC section 4, eqs. 4–6
 */
export async function evaluate(session: Session, options: EvaluateOptions): Promise<Evaluation> {
  const { source, task, batch = 20, limit, steps, pictures: wanted = 0, signal } = options;
  const { shape, passes, scores } = await taskRegistry[task].plan(session, options);
  const sizes = passes.map((pass) => pass.source?.size ?? Math.min(source.size, limit ?? source.size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shown: Record<string, NumberArray>[] = [];
  const results: EvaluationResult[] = [];
  let before = 0;
  for (const [nth, pass] of passes.entries()) {
    const { score, ...settle } = pass;
    const scored = pass.source === undefined;
    const result = await settleAll(session, {
      ...(steps !== undefined && { steps }),
      ...settle,
      source: pass.source ?? source,
      batch,
      ...(scored && limit !== undefined && { limit }),
      ...(signal && { signal }),
      onBatch(settled) {
        const images = score(settled);
        for (const [i, index] of settled.indices.entries()) {
          if (scored && shape && index < wanted) shown[index] = { ...shown[index], ...cutSample(images, shape, i) };
        }
        options.onProgress?.(before + settled.done, total);
      },
    });
    results.push(result);
    before += sizes[nth] as number;
  }
  // Of the task's own samples: a probe's first pass is over others.
  const first = results.find((_, nth) => passes[nth]?.source === undefined) as EvaluationResult;
  const loadSeconds = results.reduce((sum, { seconds }) => sum + seconds.load, 0);
  const settleSeconds = results.reduce((sum, { seconds }) => sum + seconds.settle, 0);
  const settled = results.reduce((sum, { samples }) => sum + samples, 0);
  const { "": metrics = {}, ...variants } = scores();
  return {
    task,
    data: source.name,
    images: first.samples,
    metrics,
    variants,
    discrepancy: first.discrepancy,
    diverged: first.diverged.length,
    loadSeconds,
    settleSeconds,
    imagesPerSecond: settled / settleSeconds,
    pictures: shape === undefined ? [] : shown.map((images) => ({ shape, images })),
  };
}

function cutSample(
  batch: Readonly<Record<string, NumberArray>>,
  shape: readonly number[],
  at: number,
): Record<string, NumberArray> {
  const size = shape.reduce((product, each) => product * each, 1);
  return Object.fromEntries(
    Object.entries(batch).map(([name, images]) => [name, images.slice(at * size, (at + 1) * size)]),
  );
}
