/** What a kind of file offers before it is cut into splits: images and labels by index. */
import type { Shape } from "@settle/program";

export interface SampleTable {
  readonly size: number;
  /** Of one image: `[height, width, channels]`. */
  readonly shape: Shape;
  /** Names of the classes, in label order; absent where there are no labels. */
  readonly classes?: readonly string[];
  /** Hash of the content: the same for the same samples, whatever the files are called. */
  readonly identity: string;
  /**
   * Writes samples into arrays of the caller.
   *
   * @param images `[indices.length, ...shape]`, filled with 0 … 1
   * @param labels `[indices.length]`, filled with class indices if the table has labels
   */
  read(indices: readonly number[], images: Float32Array, labels: Uint32Array): Promise<void>;
  /** Closes the files. */
  close(): Promise<void>;
}

/** k / 255 in float32, for every byte k. */
export const unitOfByte: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
