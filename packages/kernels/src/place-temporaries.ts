/** Gives every array its offset; temporaries whose lives do not overlap share storage. */
import type { PhaseName } from "@settle/program";
import type { ArrayIndex, KernelArray, KernelPlan, PhasePlan, Space } from "./kernel-plan.ts";
import { arraysOf } from "./arrays-of.ts";

/** Offsets of lane arrays are whole cache lines for any number of lanes; shared ones keep to 16 numbers (64 bytes). */
const alignment = 16;

export function placeTemporaries(
  drafts: readonly Omit<KernelArray, "offset">[],
  phases: Readonly<Record<PhaseName, PhasePlan>>,
  lanes: number,
): Pick<KernelPlan, "arrays" | "sizes"> {
  const lives = livesOf(phases);
  const sizes: Record<Space, number> = { group: 0, temporary: 0, shared: 0, partial: 0 };
  /** Temporaries placed so far that may still be alive when others are. */
  const placed: { readonly from: number; readonly to: number; readonly offset: number; readonly end: number }[] = [];
  const arrays = drafts.map((draft, index): KernelArray => {
    const perElement = draft.space === "group" || draft.space === "temporary" ? lanes : 1;
    const length = Math.ceil((draft.elements * perElement) / alignment) * alignment;
    if (draft.space !== "temporary") {
      const offset = sizes[draft.space];
      sizes[draft.space] += length;
      return { ...draft, offset };
    }
    const [from, to] = lives.get(index) ?? [0, 0];
    const rivals = placed
      .filter((other) => other.from <= to && from <= other.to)
      .toSorted((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const rival of rivals) {
      if (offset + length <= rival.offset) break;
      offset = Math.max(offset, rival.end);
    }
    placed.push({ from, to, offset, end: offset + length });
    sizes.temporary = Math.max(sizes.temporary, offset + length);
    return { ...draft, offset };
  });
  return { arrays, sizes };
}

/** Temporaries that one time of a phase leaves behind for the next. */
export function carriedArrays({ group, carried = [] }: PhasePlan): readonly ArrayIndex[] {
  return carried.flatMap((k) => arraysOf(group[k]!).writes);
}

/** First and last kernel that touches each array, kernels of all phases counted through. */
function livesOf(phases: Readonly<Record<PhaseName, PhasePlan>>): ReadonlyMap<number, readonly [number, number]> {
  const lives = new Map<number, readonly [number, number]>();
  let time = 0;
  for (const phase of Object.values(phases)) {
    const began = time;
    for (const kernel of phase.group) {
      const { reads, writes } = arraysOf(kernel);
      for (const array of [...reads, ...writes]) lives.set(array, [lives.get(array)?.[0] ?? time, time]);
      time++;
    }
    // What is carried to the next time must not be written over at the end or at the beginning.
    for (const array of carriedArrays(phase)) lives.set(array, [began, time - 1]);
  }
  return lives;
}
