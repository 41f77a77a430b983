/** What a task is: a few passes over samples, and what is scored of what they settle to. */
import type { Mask } from "@settle/data";
import type { ImageMetricName } from "@settle/metrics";
import type { EvaluatedBatch, EvaluationOptions, Modes, NumberArray, SampleSource, Session } from "@settle/runtime";

export interface TaskOptions {
  readonly source: SampleSource;
  /** Standard deviation of the noise, on the scale 0 … 1; several are scored one after the other. Default 0.1. */
  readonly noise?: number | readonly number[];
  /** What is hidden; `complete` only. Several are scored one after the other. Default the lower half. */
  readonly mask?: Mask | readonly Mask[];
  /** Sides of the grey squares laid on the images, in pixels; `robustness` only. Default a quarter and a half of the image. */
  readonly occlusion?: readonly number[];
  /** Labelled samples that the probe learns from, none of which are scored; `probe` only, which needs them. */
  readonly training?: SampleSource;
  /** States that the probe reads, all together; `probe` only. Default those that nothing predicts. */
  readonly latents?: readonly string[];
  /** Which scores of images. Default mse, ssim, psnr, and ssimWindow where its window fits. */
  readonly metrics?: readonly ImageMetricName[];
  /** Steps of each settle; default the circuit's. */
  readonly steps?: number;
}

/** One pass over samples. */
export interface Pass {
  /** Modes of observed nodes; those left out are clamped. */
  readonly modes: Modes;
  /** Default the task's. */
  readonly steps?: number;
  readonly first?: NonNullable<EvaluationOptions["first"]>;
  /** Error nodes whose predictions are scored. */
  readonly predictions?: readonly string[];
  /** States that are scored. */
  readonly states?: readonly string[];
  readonly corrupt?: NonNullable<EvaluationOptions["corrupt"]>;
  readonly masks?: NonNullable<EvaluationOptions["masks"]>;
  /** Other samples than the task's. */
  readonly source?: SampleSource;
  /**
   * Scores a batch.
   * @returns images worth showing, by name, in order: each `[batch, ...shape]`
   */
  readonly score: (batch: EvaluatedBatch) => Readonly<Record<string, NumberArray>>;
}

export type ScoreName = ImageMetricName | "accuracy";
export type Scores = Readonly<Partial<Record<ScoreName, number>>>;

export interface TaskPlan {
  /** Shape of the images shown; absent if none are. */
  readonly shape?: readonly number[];
  /** In order. The first one's discrepancy is the task's. */
  readonly passes: readonly Pass[];
  /** Once all passes are done: by variant, `""` being the task's own scores. */
  readonly scores: () => Readonly<Record<string, Scores>>;
}

export interface TaskDefinition {
  /** One line, for `--help`. */
  readonly summary: string;
  /** What each variant is, for people. */
  readonly variants: Readonly<Record<string, string>>;
  /** @throws {SettleError} `evaluate/…` where the circuit or the data do not fit the task */
  readonly plan: (session: Session, options: TaskOptions) => Promise<TaskPlan>;
}
