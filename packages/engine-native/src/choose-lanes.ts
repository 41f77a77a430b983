/** How many samples go side by side. */
import { multiplyAdds, type Program } from "@settle/program";
import type { Target } from "./emit/target.ts";

/**
 * One vector's worth where most work is on maps: positions are the other dimension of a register tile. A dense layer has
 * one position only, so a second vector of samples takes their place.
 */
export function chooseLanes(program: Program, { width }: Target): number {
  let dense = 0;
  let all = 0;
  for (const relation of program.relations) {
    const work = multiplyAdds(relation);
    all += work;
    if (relation.axes.every(({ pre, post }) => pre * post === 1)) dense += work;
  }
  if (dense < all / 2) return width;
  return 2 * width;
}
