/** Where samples come from, as the training loop sees it. Implemented by data sets (files) and by arrays in memory. */
import type { Shape } from "@settle/program";

export interface SampleSource {
  /** For people and for `run.json`: `cifar10 train`. */
  readonly name: string;
  readonly size: number;
  /** What it offers and in what shape: `image: [32, 32, 3]` in 0…1, `label: [10]` one-hot. */
  readonly fields: Readonly<Record<string, Shape>>;
  /** Identifies the content: same hash, same numbers. */
  readonly hash: string;
  /** Reads samples by index; each field comes as `[indices.length, ...shape]`, float32. */
  read(indices: readonly number[]): Promise<Readonly<Record<string, Float32Array>>>;
}
