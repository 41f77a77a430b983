/** The `max-pool` instruction, window by window. */
import { type Relation, sizeOf } from "@settle/program";

import { indexMap } from "./index-map.ts";

/** A pool and its adjoint; `by` decides, per sample and channel, which place of a window counts. All row-major. */
export interface MaxPool {
  /** The entry of `of` at the place of each window: `[batch, ...postShape]`. */
  post(by: Float64Array, of: Float64Array, batch: number): Float64Array;
  /** Each entry of `of` added to the place of its window: `[batch, ...preShape]`. */
  pre(by: Float64Array, of: Float64Array, batch: number): Float64Array;
}

export function maxPool(relation: Relation): MaxPool {
  const windows = windowsOf(relation);
  const channels = relation.preChannels;
  const preSize = sizeOf(relation.preShape);
  const postSize = sizeOf(relation.postShape);
  /** Visits every entry of post with the entry of pre at its place. */
  const forEachPlace = (by: Float64Array, batch: number, visit: (post: number, pre: number) => void): void => {
    for (let sample = 0; sample < batch; sample++) {
      for (const [post, window] of windows.entries()) {
        for (let channel = 0; channel < channels; channel++) {
          let place = -1;
          let largest = Number.NaN;
          for (const position of window) {
            const at = sample * preSize + position * channels + channel;
            const value = by[at] as number;
            if (place >= 0 && !(value > largest) && !Number.isNaN(value)) continue;
            if (place >= 0 && Number.isNaN(largest)) continue;
            place = at;
            largest = value;
          }
          visit(sample * postSize + post * channels + channel, place);
        }
      }
    }
  };
  return {
    post(by, of, batch) {
      const result = new Float64Array(batch * postSize);
      forEachPlace(by, batch, (post, pre) => (result[post] = of[pre] as number));
      return result;
    },
    pre(by, of, batch) {
      const result = new Float64Array(batch * preSize);
      forEachPlace(by, batch, (post, pre) => (result[pre] = (result[pre] as number) + (of[post] as number)));
      return result;
    },
  };
}

/** The pre positions that each post position meets, in row-major order. */
function windowsOf(relation: Relation): readonly (readonly number[])[] {
  const { pre, post } = indexMap(relation);
  const windows: number[][] = Array.from({ length: sizeOf(relation.postShape) / relation.postChannels }, () => []);
  post.forEach((position, meeting) => windows[position]?.push(pre[meeting] as number));
  return windows.map((window) => window.toSorted((a, b) => a - b));
}
