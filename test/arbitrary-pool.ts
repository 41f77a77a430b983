/** Pools of any size, stride and padding, channel by channel. */
import type { Relation } from "@settle/program";
import fc from "fast-check";

/** A window that moves over a map: on each axis its size, its stride, the extent, and TensorFlow's rule. */
const poolAxis = fc
  .record({
    taps: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    pre: fc.integer({ min: 3, max: 6 }),
    same: fc.boolean(),
  })
  .map(({ taps, stride, pre, same }) => {
    const post = same ? Math.ceil(pre / stride) : Math.floor((pre - taps) / stride) + 1;
    const pad = same ? Math.floor(Math.max((post - 1) * stride + taps - pre, 0) / 2) : 0;
    return { big: "pre" as const, stride, taps, pad, pre, post };
  });
export const arbitraryPool: fc.Arbitrary<Relation> = fc
  .record({ rows: poolAxis, columns: poolAxis, channels: fc.integer({ min: 1, max: 3 }) })
  .map(({ rows, columns, channels }) => ({
    preShape: [rows.pre, columns.pre, channels],
    postShape: [rows.post, columns.post, channels],
    axes: [rows, columns],
    preChannels: channels,
    postChannels: channels,
    groups: channels,
    weights: { kind: "fixed", value: 1 },
  }));
