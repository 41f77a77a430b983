/** Between the host's `[samples][elements]` and the engines' `[groups][elements][lanes]`. */

type Numbers = Float32Array | Float64Array;

/** How many groups hold so many samples. */
export const groupCount = (samples: number, lanes: number): number => Math.ceil(samples / lanes);

/**
 * Writes samples into lanes. Lanes beyond the last sample are set to zero.
 *
 * @param host      `[samples][elements]`
 * @param lanesOf   memory the groups live in
 * @param at        where the array begins in group 0; `stride` numbers further on in each next group
 */
export function samplesToLanes(
  host: Numbers,
  lanesOf: Numbers,
  layout: {
    readonly samples: number;
    readonly elements: number;
    readonly lanes: number;
    readonly at: number;
    readonly stride: number;
  },
): void {
  const { samples, elements, lanes, at, stride } = layout;
  for (let group = 0; group < groupCount(samples, lanes); group++) {
    const base = at + group * stride;
    const filled = Math.min(lanes, samples - group * lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const from = (group * lanes + lane) * elements;
      if (lane < filled) for (let i = 0; i < elements; i++) lanesOf[base + i * lanes + lane] = host[from + i]!;
      else for (let i = 0; i < elements; i++) lanesOf[base + i * lanes + lane] = 0;
    }
  }
}

/** Reads samples out of lanes: the inverse of `samplesToLanes`. */
export function lanesToSamples(
  lanesOf: Numbers,
  host: Numbers,
  layout: {
    readonly samples: number;
    readonly elements: number;
    readonly lanes: number;
    readonly at: number;
    readonly stride: number;
  },
): void {
  const { samples, elements, lanes, at, stride } = layout;
  for (let sample = 0; sample < samples;) {
    const lane = sample % lanes;
    const first = at + Math.floor(sample / lanes) * stride + lane;
    // Four at a time, where there are as many, halve the time.
    if (lane + 4 <= lanes && sample + 4 <= samples) {
      let to = sample * elements;
      for (let i = 0, from = first; i < elements; i++, to++, from += lanes) {
        host[to] = lanesOf[from]!;
        host[to + elements] = lanesOf[from + 1]!;
        host[to + 2 * elements] = lanesOf[from + 2]!;
        host[to + 3 * elements] = lanesOf[from + 3]!;
      }
      sample += 4;
    } else {
      for (let i = 0, to = sample * elements; i < elements; i++) host[to + i] = lanesOf[first + i * lanes]!;
      sample++;
    }
  }
}
