/** Which positions of the two sides of a relation meet, written out. */
import { type Relation, sizeOf } from "@settle/program";

export interface IndexMap {
  /** Small positions, and taps. */
  readonly positions: number;
  readonly taps: number;
  /** Flat position on each side by `position · taps + tap`; −1 on the padding. */
  readonly pre: readonly number[];
  readonly post: readonly number[];
}

export function indexMap({ axes }: Relation): IndexMap {
  const small = axes.map((axis) => (axis.big === "pre" ? axis.post : axis.pre));
  const positions = sizeOf(small);
  const taps = sizeOf(axes.map((axis) => axis.taps));
  const pre: number[] = [];
  const post: number[] = [];
  for (let p = 0; p < positions; p++) {
    const at = unflatten(p, small);
    for (let t = 0; t < taps; t++) {
      const tap = unflatten(
        t,
        axes.map((axis) => axis.taps),
      );
      const flat = (side: "pre" | "post"): number => {
        let index = 0;
        for (const [k, axis] of axes.entries()) {
          const place = axis.big === side ? axis.stride * at[k]! + tap[k]! - axis.pad : at[k]!;
          if (place < 0 || place >= axis[side]) return -1;
          index = index * axis[side] + place;
        }
        return index;
      };
      pre.push(flat("pre"));
      post.push(flat("post"));
    }
  }
  return { positions, taps, pre, post };
}

function unflatten(index: number, extents: readonly number[]): readonly number[] {
  const places: number[] = [];
  let rest = index;
  for (const extent of extents.toReversed()) {
    places.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return places;
}

/** For each position of one side, the entries (`position · taps + tap`) by which it meets the other side. */
export function entriesOf(
  map: IndexMap,
  side: "pre" | "post",
  extents: readonly number[],
): readonly (readonly number[])[] {
  const lists = Array.from({ length: sizeOf(extents) }, (): number[] => []);
  map[side].forEach((position, entry) => {
    if (position >= 0 && map[side === "pre" ? "post" : "pre"][entry]! >= 0) lists[position]!.push(entry);
  });
  return lists;
}
