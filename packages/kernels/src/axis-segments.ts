/**
 * Where taps fall, worked out once so that no loop has to ask. The sub-pixel form of a strided deconvolution comes out by
 * itself: output positions of one residue class see the same few taps.
 */
import type { RelationAxis } from "@settle/program";
import type { PositionRun, Segment } from "./kernel-plan.ts";

/** A relation without an axis: one position, one tap. */
export const singlePosition: readonly Segment[] = [
  { first: 0, step: 1, count: 1, inputStep: 1, taps: [{ tap: 0, input: 0 }] },
];

/** The segments of the output side of an axis. */
export function axisSegments(axis: RelationAxis, output: "pre" | "post"): readonly Segment[] {
  const outputIsBig = axis.big === output;
  const step = outputIsBig ? axis.stride : 1;
  const inputStep = outputIsBig ? 1 : axis.stride;
  const extent = axis[output];
  const segments: Segment[] = [];
  for (let residue = 0; residue < Math.min(step, extent); residue++) {
    for (let first = residue; first < extent;) {
      const taps = tapsAt(axis, output, first);
      let count = 1;
      while (first + count * step < extent && continues(axis, output, first + count * step, taps, count * inputStep)) {
        count++;
      }
      segments.push({ first, step, count, inputStep, taps });
      first += count * step;
    }
  }
  return segments;
}

/** For each tap, the pairs of positions it joins. */
export function tapRuns(axis: RelationAxis, first: "pre" | "post"): readonly PositionRun[] {
  const small = axis.big === "pre" ? "post" : "pre";
  return Array.from({ length: axis.taps }, (_, tap): PositionRun => {
    const bigOf = (position: number): number => axis.stride * position + tap - axis.pad;
    let start = 0;
    while (start < axis[small] && bigOf(start) < 0) start++;
    let count = 0;
    while (start + count < axis[small] && bigOf(start + count) < axis[axis.big]) count++;
    const smallRun = { at: start, step: 1 };
    const bigRun = { at: count === 0 ? 0 : bigOf(start), step: axis.stride };
    const [one, other] = first === small ? [smallRun, bigRun] : [bigRun, smallRun];
    return { first: one.at, firstStep: one.step, second: other.at, secondStep: other.step, count };
  });
}

function tapsAt(axis: RelationAxis, output: "pre" | "post", position: number): Segment["taps"] {
  const taps: { tap: number; input: number }[] = [];
  for (let tap = 0; tap < axis.taps; tap++) {
    const along =
      axis.big === output ? (position - tap + axis.pad) / axis.stride : axis.stride * position + tap - axis.pad;
    const extent = axis.big === output ? axis[output === "pre" ? "post" : "pre"] : axis[axis.big];
    if (Number.isInteger(along) && along >= 0 && along < extent) taps.push({ tap, input: along });
  }
  return taps;
}

/** Whether a position sees the same taps, each `shift` further on. */
function continues(
  axis: RelationAxis,
  output: "pre" | "post",
  position: number,
  taps: Segment["taps"],
  shift: number,
): boolean {
  const here = tapsAt(axis, output, position);
  return (
    here.length === taps.length &&
    here.every(({ tap, input }, k) => tap === taps[k]?.tap && input === taps[k].input + shift)
  );
}
