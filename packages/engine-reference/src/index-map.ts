/** The index map of a relation, written out. */
import type { Relation } from "@settle/program";

/**
 * Every meeting of a source position with a target position, and the filter position that weighs it. Meeting m joins
 * `pre[m]` and `post[m]`, row-major positions without channels, through `tap[m]`, a row-major position of the weight
 * tensor without its last two axes. Meetings on the padding do not exist.
 */
export interface IndexMap {
  readonly pre: Int32Array;
  readonly post: Int32Array;
  readonly tap: Int32Array;
}

interface Meeting {
  readonly pre: number;
  readonly post: number;
  readonly small: number;
  readonly tap: number;
}

/** Goes through big = stride · small + tap − pad, axis by axis. A relation without axes has one meeting. */
export function indexMap(relation: Relation): IndexMap {
  let meetings: readonly Meeting[] = [{ pre: 0, post: 0, small: 0, tap: 0 }];
  let taps = 1;
  for (const axis of relation.axes) {
    const bigExtent = axis.big === "pre" ? axis.pre : axis.post;
    const smallExtent = axis.big === "pre" ? axis.post : axis.pre;
    const longer: Meeting[] = [];
    for (const meeting of meetings) {
      for (let small = 0; small < smallExtent; small++) {
        for (let tap = 0; tap < axis.taps; tap++) {
          const big = axis.stride * small + tap - axis.pad;
          if (big < 0 || big >= bigExtent) continue;
          longer.push({
            pre: meeting.pre * axis.pre + (axis.big === "pre" ? big : small),
            post: meeting.post * axis.post + (axis.big === "pre" ? small : big),
            small: meeting.small * smallExtent + small,
            tap: meeting.tap * axis.taps + tap,
          });
        }
      }
    }
    meetings = longer;
    taps *= axis.taps;
  }
  const ownFilters = relation.weights.kind === "tensor" && !relation.weights.shared;
  return {
    pre: Int32Array.from(meetings, (meeting) => meeting.pre),
    post: Int32Array.from(meetings, (meeting) => meeting.post),
    tap: Int32Array.from(meetings, (meeting) => (ownFilters ? meeting.small * taps : 0) + meeting.tap),
  };
}
