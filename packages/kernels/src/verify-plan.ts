/** Checks what every emitter relies on. A fault here is ours. */
import type { KernelArray, KernelPlan, Segment, Space } from "./kernel-plan.ts";
import { arraysOf } from "./arrays-of.ts";
import { carriedArrays } from "./place-temporaries.ts";

/**
 * Every broken rule, in words: arrays inside their space; kernels in the spaces they may touch; segments that cover each
 * output position once and read nothing outside; temporaries alive at the same time apart from each other.
 */
export function verifyPlan(plan: KernelPlan): readonly string[] {
  const faults: string[] = [];
  for (const array of plan.arrays) {
    const lanes = array.space === "group" || array.space === "temporary" ? plan.lanes : 1;
    if (array.offset < 0 || array.offset + array.elements * lanes > plan.sizes[array.space]) {
      faults.push(`${array.id} is outside the ${array.space} space`);
    }
  }
  const spaceOf = (index: number): Space | undefined => plan.arrays[index]?.space;
  for (const [name, phase] of Object.entries(plan.phases)) {
    const live = new Map<number, readonly [number, number]>();
    phase.group.forEach((kernel, time) => {
      const { reads, writes } = arraysOf(kernel);
      for (const array of [...reads, ...writes]) live.set(array, [live.get(array)?.[0] ?? time, time]);
      for (const array of writes) {
        const space = spaceOf(array);
        if (space === undefined || space === "shared")
          faults.push(`${name}: ${kernel.label} writes ${plan.arrays[array]?.id}`);
      }
      for (const array of reads)
        if (spaceOf(array) === "partial") faults.push(`${name}: ${kernel.label} reads a partial`);
      if (kernel.kind === "contract") {
        faults.push(
          ...segmentFaults(kernel.rows, kernel.outputRows).map((fault) => `${name}: ${kernel.label} rows: ${fault}`),
        );
        faults.push(
          ...segmentFaults(kernel.columns, kernel.outputColumns).map(
            (fault) => `${name}: ${kernel.label} columns: ${fault}`,
          ),
        );
      }
    });
    for (const array of carriedArrays(phase)) live.set(array, [0, phase.group.length - 1]);
    for (const kernel of [...phase.head, ...phase.tail]) {
      const { reads, writes } = arraysOf(kernel);
      for (const array of [...reads, ...writes]) {
        if (spaceOf(array) !== "shared")
          faults.push(`${name}: ${kernel.label} touches ${plan.arrays[array]?.id}, which is not shared`);
      }
    }
    faults.push(...overlaps(plan, live).map((fault) => `${name}: ${fault}`));
  }
  return faults;
}

function segmentFaults(segments: readonly Segment[], extent: number): readonly string[] {
  const seen = new Set<number>();
  const faults: string[] = [];
  for (const { first, step, count } of segments) {
    for (let i = 0; i < count; i++) {
      const position = first + i * step;
      if (position >= extent || seen.has(position)) faults.push(`position ${position} is outside or covered twice`);
      seen.add(position);
    }
  }
  if (seen.size !== extent) faults.push(`${extent - seen.size} positions are not covered`);
  return faults;
}

function overlaps(plan: KernelPlan, live: ReadonlyMap<number, readonly [number, number]>): readonly string[] {
  const temporaries = [...live].flatMap(
    ([index, life]): readonly { array: KernelArray; life: readonly [number, number] }[] => {
      const array = plan.arrays[index];
      return array?.space === "temporary" ? [{ array, life }] : [];
    },
  );
  return temporaries.flatMap((one, index) =>
    temporaries.slice(index + 1).flatMap((other) => {
      const together = one.life[0] <= other.life[1] && other.life[0] <= one.life[1];
      const end = (array: KernelArray): number => array.offset + array.elements * plan.lanes;
      const apart = end(one.array) <= other.array.offset || end(other.array) <= one.array.offset;
      return together && !apart ? [`${one.array.id} and ${other.array.id} share storage`] : [];
    }),
  );
}
