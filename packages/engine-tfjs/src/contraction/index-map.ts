/** The index map of any relation, written out: which positions meet at which tap. */
import type { Relation, RelationAxis } from "@settle/program";

/** Positions are flat, row-major, and −1 where there is none. */
export interface IndexMap {
  readonly prePositions: number;
  readonly postPositions: number;
  readonly smallPositions: number;
  readonly taps: number;
  /** For each (post position, tap): the pre position that meets it there, and the small position of the pair. */
  readonly preOf: readonly Meeting[];
  /** For each (pre position, tap): the post position, and the small position. */
  readonly postOf: readonly Meeting[];
  /** For each (small position, tap): both. */
  readonly ofSmall: readonly { readonly pre: number; readonly post: number }[];
}

export interface Meeting {
  readonly other: number;
  readonly small: number;
}

export function indexMap({ axes }: Relation): IndexMap {
  const extents = {
    pre: axes.map((axis) => axis.pre),
    post: axes.map((axis) => axis.post),
    small: axes.map(smallExtent),
    taps: axes.map((axis) => axis.taps),
  };
  const count = (list: readonly number[]): number => list.reduce((product, n) => product * n, 1);
  const taps = count(extents.taps);
  const meetings = (side: "pre" | "post"): Meeting[] =>
    indices(extents[side]).flatMap((position) =>
      indices(extents.taps).map((tap) => {
        const met = axes.map((axis, k) => meet(axis, side, position[k] as number, tap[k] as number));
        const other = flat(met, side === "pre" ? extents.post : extents.pre);
        const small = flat(
          axes.map((axis, k) => (axis.big === side ? (met[k] as number) : (position[k] as number))),
          extents.small,
        );
        return other < 0 ? { other: -1, small: -1 } : { other, small };
      }),
    );
  return {
    prePositions: count(extents.pre),
    postPositions: count(extents.post),
    smallPositions: count(extents.small),
    taps,
    preOf: meetings("post"),
    postOf: meetings("pre"),
    ofSmall: indices(extents.small).flatMap((small) =>
      indices(extents.taps).map((tap) => {
        const big = axes.map((axis, k) =>
          inside(axis.stride * (small[k] as number) + (tap[k] as number) - axis.pad, axis[axis.big]),
        );
        const side = (name: "pre" | "post"): number =>
          flat(
            axes.map((axis, k) => (axis.big === name ? (big[k] as number) : (small[k] as number))),
            extents[name],
          );
        return big.includes(-1) ? { pre: -1, post: -1 } : { pre: side("pre"), post: side("post") };
      }),
    ),
  };
}

function smallExtent(axis: RelationAxis): number {
  return axis.big === "pre" ? axis.post : axis.pre;
}

/** On one axis: the index on the other side that meets `index` of `side` at a tap, or −1. */
function meet(axis: RelationAxis, side: "pre" | "post", index: number, tap: number): number {
  if (axis.big !== side) return inside(axis.stride * index + tap - axis.pad, axis[axis.big]);
  const small = (index + axis.pad - tap) / axis.stride;
  return Number.isInteger(small) ? inside(small, smallExtent(axis)) : -1;
}

function inside(index: number, extent: number): number {
  return index >= 0 && index < extent ? index : -1;
}

/** Every multi-index, row-major. */
function indices(extents: readonly number[]): readonly (readonly number[])[] {
  let list: readonly (readonly number[])[] = [[]];
  for (const extent of extents) {
    list = list.flatMap((start) => Array.from({ length: extent }, (_, index) => [...start, index]));
  }
  return list;
}

function flat(index: readonly number[], extents: readonly number[]): number {
  let position = 0;
  for (const [k, entry] of index.entries()) {
    if (entry < 0) return -1;
    position = position * (extents[k] as number) + entry;
  }
  return position;
}
