/** How many samples go side by side. */
import { multiplyAdds, type Program } from "@settle/program";
import type { Target } from "./emit/target.ts";

/**
 * One vector's worth where most work is on maps: positions are the other dimension of a register tile. A dense layer has
 * one position only, so a second vector of samples takes their place.
 */
export function chooseLanes(program: Program, { width }: Target): number {
  return isDense(program) ? 2 * width : width;
}

/** Which samples of a batch go through lane groups; those that are left are taken one by one. */
export interface Grouping {
  readonly laneGroups: number;
  readonly singles: number;
}

/**
 * A group that is not full takes as long as a full one. Samples by themselves have vectors of neighbouring channels
 * instead: on maps ten of them take about as long as a group of sixteen; on dense layers each reads all weights anew, and
 * only a few are worth it. Depends on nothing but the batch, so that sums come out the same on any number of threads.
 */
export function groupSamples(program: Program, batch: number, lanes: number): Grouping {
  const rest = batch % lanes;
  if (rest > 0 && rest <= mostSingles(program, lanes)) return { laneGroups: (batch - rest) / lanes, singles: rest };
  return { laneGroups: Math.ceil(batch / lanes), singles: 0 };
}

/** How many samples of a last group are quicker one by one. */
export function mostSingles(program: Program, lanes: number): number {
  return Math.floor(isDense(program) ? lanes / 8 : lanes * (5 / 8));
}

function isDense({ relations }: Program): boolean {
  let dense = 0;
  let all = 0;
  for (const relation of relations) {
    const work = multiplyAdds(relation);
    all += work;
    if (relation.axes.every(({ pre, post }) => pre * post === 1)) dense += work;
  }
  return dense >= all / 2;
}
