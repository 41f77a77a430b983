/** How well a circuit does on data it may never have seen: reconstruction, denoising, completion. */
import type { Mask } from "@settle/data";
import { createImageMetrics, type ImageMetricName, type ImageMetrics } from "@settle/metrics";
import type { Mode } from "@settle/program";
import {
  evaluate as settleAll,
  type Discrepancy,
  type EvaluationResult,
  type NumberArray,
  type SampleSource,
  type Session,
} from "@settle/runtime";
import { observedImage } from "./observed-image.ts";

export const tasks = ["reconstruct", "denoise", "complete"] as const;
/**
 * - `reconstruct`: the observed node is clamped to the image.
 * - `denoise`: it is set to the image plus noise and released.
 * - `complete`: a part of it is hidden and settles to what the circuit expects there.
 */
export type Task = (typeof tasks)[number];

export interface EvaluateOptions {
  readonly source: SampleSource;
  readonly task: Task;
  /** Samples settled together. Default 20. */
  readonly batch?: number;
  /** The first so many samples. Default all. */
  readonly limit?: number;
  /** Standard deviation of the noise, on the scale 0 … 1; `denoise` only. Default 0.1. */
  readonly noise?: number;
  /** What is hidden; `complete` only. Default the lower half. */
  readonly mask?: Mask;
  /** How many samples' pictures to return. Default 0. */
  readonly pictures?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export type Scores = Readonly<Partial<Record<ImageMetricName, number>>>;

export interface Evaluation {
  readonly task: Task;
  /** Name of the data. */
  readonly data: string;
  readonly images: number;
  /** Of the final prediction against the clean image. */
  readonly metrics: Scores;
  /**
   * Other images scored against the clean one: `state`, the observed node's final state (`denoise`, `complete`);
   * `clamped`, the prediction when the node is clamped to the noisy image, and `noisy`, that image itself (`denoise`).
   */
  readonly variants: Readonly<Record<string, Scores>>;
  /** Mean over images, of the settled states. */
  readonly discrepancy: Discrepancy;
  /** How many samples diverged. They do not count in the discrepancy, but make the metrics NaN. */
  readonly diverged: number;
  /** Time spent settling. */
  readonly settleSeconds: number;
  /** Images settled per second, the clamped variant counted as well. */
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
  const { source, task, batch = 20, noise = 0.1, pictures: wanted = 0, signal } = options;
  const { addGaussianNoise, drawMasks } = await import("@settle/data");
  const node = observedImage(session, source);
  const masksOf = (samples: readonly number[]): Float32Array =>
    drawMasks(node.shape, { seed: session.seed, samples }, options.mask ?? { kind: "half", missing: "bottom" });
  const scorer = new Scorer(node.shape);
  const shown: Record<string, NumberArray>[] = [];
  const modes: readonly Mode[] = task === "denoise" ? ["released", "clamped"] : [modeOf(task)];
  const passes: EvaluationResult[] = [];
  for (const [pass, mode] of modes.entries()) {
    const summary = await settleAll(session, {
      source,
      batch,
      ...(options.limit !== undefined && { limit: options.limit }),
      modes: { [node.state]: mode },
      predictions: [node.error],
      states: [node.state],
      ...(task === "denoise" && {
        corrupt: (fields, samples) => ({
          ...fields,
          [node.field]: addGaussianNoise(required(fields[node.field]), { seed: session.seed, samples }, noise),
        }),
      }),
      ...(task === "complete" && { masks: (_fields, samples) => ({ [node.state]: masksOf(samples) }) }),
      ...(signal && { signal }),
      onBatch: ({ indices, clean, seen, result, done, samples }) => {
        const images: BatchImages = {
          clean: required(clean[node.field]),
          given: required(seen[node.field]),
          prediction: required(result.predictions[node.error]),
          state: required(result.states[node.state]),
        };
        const named = scoreBatch(scorer, task, mode, images, () => masksOf(indices));
        for (const [i, index] of indices.entries()) {
          if (index < wanted) shown[index] = { ...shown[index], ...cutSample(named, node.shape, i) };
        }
        options.onProgress?.(pass * samples + done, modes.length * samples);
      },
    });
    passes.push(summary);
  }
  const first = required(passes[0]);
  const settleSeconds = passes.reduce((sum, { seconds }) => sum + seconds.settle, 0);
  const { "": metrics = {}, ...variants } = scorer.scores();
  return {
    task,
    data: source.name,
    images: first.samples,
    metrics,
    variants,
    discrepancy: first.discrepancy,
    diverged: first.diverged.length,
    settleSeconds,
    imagesPerSecond: (passes.length * first.samples) / settleSeconds,
    pictures: shown.map((images) => ({ shape: node.shape, images })),
  };
}

/** Each `[batch, ...shape]`. */
interface BatchImages {
  readonly clean: NumberArray;
  /** What the circuit was given. */
  readonly given: NumberArray;
  readonly prediction: NumberArray;
  /** The observed node's final state. */
  readonly state: NumberArray;
}

/** Scores one batch of one pass; returns the images worth showing, in order. */
function scoreBatch(
  scorer: Scorer,
  task: Task,
  mode: Mode,
  { clean, given, prediction, state }: BatchImages,
  masks: () => Float32Array,
): Readonly<Record<string, NumberArray>> {
  switch (task) {
    case "reconstruct":
      scorer.add("", clean, prediction);
      return { original: clean, reconstruction: prediction };
    case "denoise":
      if (mode === "clamped") {
        scorer.add("clamped", clean, prediction);
        return { "denoised, clamped": prediction };
      }
      scorer.add("", clean, prediction);
      scorer.add("state", clean, state);
      scorer.add("noisy", clean, given);
      return { original: clean, noisy: given, denoised: prediction };
    case "complete": {
      const known = masks();
      scorer.add("", clean, prediction);
      scorer.add("state", clean, state);
      const hidden = clean.map((value, i) => (known[i] === 1 ? value : 0.5));
      return { original: clean, hidden, completed: state, prediction };
    }
    default:
      return task satisfies never;
  }
}

function modeOf(task: Task): Mode {
  switch (task) {
    case "reconstruct":
      return "clamped";
    case "denoise":
      return "released";
    case "complete":
      return "masked";
    default:
      return task satisfies never;
  }
}

/** Scores several kinds of images at a time, each under its name. */
class Scorer {
  readonly #shape: readonly number[];
  readonly #metrics = new Map<string, ImageMetrics>();

  constructor(shape: readonly number[]) {
    this.#shape = shape;
  }

  add(name: string, target: NumberArray, prediction: NumberArray, shape = this.#shape): void {
    let metrics = this.#metrics.get(name);
    if (metrics === undefined) this.#metrics.set(name, (metrics = createImageMetrics(shape)));
    metrics.add(target, prediction);
  }

  scores(): Record<string, Scores> {
    const means = (metrics: ImageMetrics): Scores =>
      Object.fromEntries(Object.entries(metrics.summary().metrics).map(([name, { mean }]) => [name, mean]));
    return Object.fromEntries([...this.#metrics].map(([name, metrics]) => [name, means(metrics)]));
  }
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

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a settle left out a result that was asked for");
  return value;
}
