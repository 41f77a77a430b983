/**
 * Where all chance comes from: a generator of its own for every (seed, stream, epoch, sample).
 *
 * The generator's state is the hash of that key, so no draw depends on what was drawn before, on the size of a batch,
 * on the engine or on threads.
 */
import { settleError } from "@settle/diagnostics";
import { sha256 } from "@noble/hashes/sha2.js";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Names one sequence of random numbers. */
export interface NoiseKey {
  /** The run's seed: an integer of at most 2⁵³ in size. */
  readonly seed: number;
  /** What the numbers are for: `init/W1`, `noise:z4`, `shuffle`, `corrupt/image`, … */
  readonly stream: string;
  /** Training epochs count from 1; everything else uses 0, the default. */
  readonly epoch?: number;
  /** Index of the sample in its source; 0, the default, where the numbers belong to no sample. */
  readonly sample?: number;
}

export interface RandomStream {
  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  readonly uniform: () => number;
  /** Uniform among the integers `low` … `high`, both included. */
  readonly integer: (low: number, high: number) => number;
}

/** @throws {SettleError} `noise/bad-seed` when seed, epoch or sample is not an integer that a double holds exactly */
export function randomStream(key: NoiseKey): RandomStream {
  const { seed, stream, epoch = 0, sample = 0 } = key;
  for (const [name, value] of Object.entries({ seed, epoch, sample })) {
    if (!Number.isSafeInteger(value)) {
      throw settleError("noise/bad-seed", `The ${name} of a random stream is ${value}, which is not an integer.`, {
        help: `give an integer between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`,
      });
    }
  }
  // JSON quotes the stream, so two different keys never spell the same text.
  const digest = sha256(new TextEncoder().encode(JSON.stringify([seed, stream, epoch, sample])));
  const words = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => words.getInt32(offset, true)));
  return {
    uniform: () => uniformFloat64(generator),
    integer: (low, high) => uniformInt(generator, low, high),
  };
}
