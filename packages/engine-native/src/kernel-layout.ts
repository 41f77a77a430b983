/** Where the kernels of a library find their arrays: all that running them takes of the plans they were made from. */
import { type KernelArray, type KernelPlan, type PhaseParts, phaseParts } from "@settle/kernels";
import type { BufferId } from "@settle/program";
import type { Room } from "./emit/c-text.ts";

/** Sizes are counted in numbers of 4 bytes. */
export interface KernelLayout {
  readonly lanes: number;
  /** Of a lane group. */
  readonly group: number;
  /** Of a sample by itself; absent where samples are never taken one by one. */
  readonly single?: number;
  /** Of a lane group's sums, or a sample's. */
  readonly partial: number;
  readonly room: Readonly<Room>;
  readonly buffers: readonly PlacedBuffer[];
  readonly parts: PhaseParts;
}

/** Where a buffer lies in the memory of its space, and in the group of a sample by itself. */
export interface PlacedBuffer extends Pick<KernelArray, "space" | "elements" | "offset"> {
  readonly buffer: BufferId;
  readonly singleOffset: number;
}

/** @param single  the plan of samples taken one by one, if they can be: the same arrays in other places */
export function layoutOf(plan: KernelPlan, single: KernelPlan | undefined, room: Readonly<Room>): KernelLayout {
  const buffers = plan.arrays.flatMap(({ buffer, space, elements, offset }, k) => {
    if (buffer === undefined) return [];
    return [{ buffer, space, elements, offset, singleOffset: single?.arrays[k]?.offset ?? 0 }];
  });
  const { group, partial } = plan.sizes;
  return {
    lanes: plan.lanes,
    group,
    ...(single && { single: single.sizes.group }),
    partial,
    room: { shared: room.shared, temporary: room.temporary },
    buffers,
    parts: phaseParts(plan),
  };
}
