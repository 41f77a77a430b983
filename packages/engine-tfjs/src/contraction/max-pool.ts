/** The `max-pool` instruction: windows are gathered by the index map, and a mask tells which place of each counts. */
import type { Relation } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { indexMap } from "./index-map.ts";

/** Takes `by`, which decides, and `of`, which is pooled or sent back; both `[n, ...shape]`. */
export type MaxPool = (by: Tensor, of: Tensor) => Tensor;

export function maxPool(kit: Kit, relation: Relation, produce: "post" | "pre"): MaxPool {
  const { tf } = kit;
  const { preShape, postShape, preChannels: channels } = relation;
  const map = indexMap(relation);
  const { prePositions, postPositions, taps } = map;
  const key = JSON.stringify(relation);
  const positions = (name: string, count: number, list: readonly number[]): Tensor =>
    kit.constant(`${name} ${key}`, () =>
      tf.tensor1d(
        Int32Array.from(list, (position) => (position < 0 ? count : position)),
        "int32",
      ),
    );
  /** `[n, count, channels]` with one more position of `filling`, gathered at `list`. */
  const gather = (x: Tensor, count: number, filling: number, name: string, list: readonly number[]): Tensor => {
    const samples = x.shape[0] ?? 0;
    const rows = tf.reshape(x, [samples, count, channels]);
    const padding: [number, number][] = [
      [0, 0],
      [0, 1],
      [0, 0],
    ];
    const padded = list.includes(-1) ? tf.pad(rows, padding, filling) : rows;
    return tf.gather(padded, positions(name, count, list), 1);
  };
  const preOf = map.preOf.map(({ other }) => other);
  const windows = (x: Tensor, filling: number): Tensor =>
    tf.reshape(gather(x, prePositions, filling, "windows", preOf), [x.shape[0] ?? 0, postPositions, taps, channels]);
  /** 1 at the place of each window: `[n, post positions, taps, channels]`. */
  const places = (by: Tensor): Tensor => {
    const place = tf.expandDims(tf.argMax(windows(by, -Infinity), 2), 2);
    const tap = kit.constant(`taps ${taps}`, () => tf.reshape(tf.range(0, taps, 1, "int32"), [1, 1, taps, 1]));
    return tf.cast(tf.equal(place, tap), "float32");
  };
  if (produce === "post") {
    return (by, of) => {
      const pooled = by === of ? tf.max(windows(of, -Infinity), 2) : tf.sum(tf.mul(places(by), windows(of, 0)), 2);
      return tf.reshape(pooled, [by.shape[0] ?? 0, ...postShape]);
    };
  }
  // For each pre position and tap: which window sees the position at that tap, in `[post positions, taps]`.
  const windowOf = map.postOf.map(({ other }, index) => (other < 0 ? -1 : other * taps + (index % taps)));
  return (by, of) => {
    const samples = by.shape[0] ?? 0;
    const sent = tf.mul(places(by), tf.reshape(of, [samples, postPositions, 1, channels]));
    const seen = gather(sent, postPositions * taps, 0, "seen", windowOf);
    const sums = tf.sum(tf.reshape(seen, [samples, prePositions, taps, channels]), 2);
    return tf.reshape(sums, [samples, ...preShape]);
  };
}
