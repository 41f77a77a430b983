/** The three contractions of a relation, as loops over its index map. */
import { type Relation, sizeOf } from "@settle/program";

import { type IndexMap, indexMap } from "./index-map.ts";

/** One relation, ready to compute any of its three sides from the two others. All tensors are row-major. */
export interface Contraction {
  /** Σ over taps and pre channels of pre · weight: `[batch, ...postShape]`. */
  post(pre: Float64Array, weight: Float64Array, batch: number): Float64Array;
  /** Σ over taps and post channels of post · weight, the adjoint: `[batch, ...preShape]`. */
  pre(post: Float64Array, weight: Float64Array, batch: number): Float64Array;
  /** Σ over samples, in index order, and positions of pre · post: the shape of the weight tensor. */
  weight(pre: Float64Array, post: Float64Array, batch: number): Float64Array;
  /** What `weight` is where the relation has no tensor. */
  readonly fixedWeights?: Float64Array;
}

/** @throws {Error} when the relation contradicts itself (its verifier lets none pass) */
export function contraction(relation: Relation): Contraction {
  const layout = layOut(relation);
  const { prePerGroup, postPerGroup, preStride, postStride } = layout;
  const fixedWeights = fixedWeightsOf(relation, layout.map);
  return {
    ...(fixedWeights === undefined ? {} : { fixedWeights }),
    post(pre, weight, batch) {
      const post = new Float64Array(batch * layout.postSize);
      forEachMeeting(layout, batch, (preStart, postStart, weightStart) => {
        for (let i = 0; i < prePerGroup; i++) {
          const x = pre[preStart + i] as number;
          for (let o = 0; o < postPerGroup; o++) {
            const w = weight[weightStart + i * preStride + o * postStride] as number;
            post[postStart + o] = (post[postStart + o] as number) + x * w;
          }
        }
      });
      return post;
    },
    pre(post, weight, batch) {
      const pre = new Float64Array(batch * layout.preSize);
      forEachMeeting(layout, batch, (preStart, postStart, weightStart) => {
        for (let i = 0; i < prePerGroup; i++) {
          let sum = pre[preStart + i] as number;
          for (let o = 0; o < postPerGroup; o++) {
            const w = weight[weightStart + i * preStride + o * postStride] as number;
            sum += (post[postStart + o] as number) * w;
          }
          pre[preStart + i] = sum;
        }
      });
      return pre;
    },
    weight(pre, post, batch) {
      const weight = new Float64Array(layout.weightSize);
      forEachMeeting(layout, batch, (preStart, postStart, weightStart) => {
        for (let i = 0; i < prePerGroup; i++) {
          const x = pre[preStart + i] as number;
          for (let o = 0; o < postPerGroup; o++) {
            const at = weightStart + i * preStride + o * postStride;
            weight[at] = (weight[at] as number) + x * (post[postStart + o] as number);
          }
        }
      });
      return weight;
    },
  };
}

interface Layout {
  readonly map: IndexMap;
  readonly groups: number;
  readonly preSize: number;
  readonly postSize: number;
  readonly weightSize: number;
  readonly preChannels: number;
  readonly postChannels: number;
  readonly prePerGroup: number;
  readonly postPerGroup: number;
  /** Whether the weights are one number for each post position. */
  readonly mean: boolean;
  /** How far apart in the weight tensor: two taps, two pre channels of a group, two post channels. All 0 if fixed. */
  readonly tapStride: number;
  readonly preStride: number;
  readonly postStride: number;
}

function layOut(relation: Relation): Layout {
  const { axes, groups, preChannels, postChannels, weights } = relation;
  const prePerGroup = preChannels / groups;
  const postPerGroup = postChannels / groups;
  const prePositions = axes.reduce((product, axis) => product * axis.pre, 1);
  const postPositions = axes.reduce((product, axis) => product * axis.post, 1);
  assert(Number.isInteger(prePerGroup) && Number.isInteger(postPerGroup), "groups that do not divide its channels");
  assert(prePositions * preChannels === sizeOf(relation.preShape), "axes that do not make up its source shape");
  assert(postPositions * postChannels === sizeOf(relation.postShape), "axes that do not make up its target shape");
  const fixed = weights.kind !== "tensor";
  const tapStride = fixed ? 0 : prePerGroup * postChannels;
  const preFirst = weights.kind === "tensor" && weights.order === "pre-post";
  const positions = weights.kind === "tensor" && !weights.shared ? smallPositions(relation) : 1;
  const taps = axes.reduce((product, axis) => product * axis.taps, 1);
  return {
    map: indexMap(relation),
    groups,
    preSize: prePositions * preChannels,
    postSize: postPositions * postChannels,
    weightSize: fixed ? 1 : positions * taps * tapStride,
    preChannels,
    postChannels,
    prePerGroup,
    postPerGroup,
    mean: weights.kind === "mean",
    tapStride,
    preStride: fixed ? 0 : preFirst ? postChannels : 1,
    postStride: fixed ? 0 : preFirst ? 1 : prePerGroup,
  };
}

/** One number for all, or one over the meetings of each post position. */
function fixedWeightsOf({ weights, axes }: Relation, map: IndexMap): Float64Array | undefined {
  switch (weights.kind) {
    case "tensor":
      return undefined;
    case "fixed":
      return Float64Array.of(weights.value);
    case "mean": {
      const counts = new Float64Array(axes.reduce((product, axis) => product * axis.post, 1));
      for (const post of map.post) counts[post] = (counts[post] as number) + 1;
      return counts.map((count) => 1 / count);
    }
    default:
      return weights satisfies never;
  }
}

function smallPositions(relation: Relation): number {
  return relation.axes.reduce((product, axis) => product * (axis.big === "pre" ? axis.post : axis.pre), 1);
}

/** Visits every sample, meeting and group: where their channels begin in the three tensors. */
function forEachMeeting(
  layout: Layout,
  batch: number,
  visit: (preStart: number, postStart: number, weightStart: number) => void,
): void {
  const { map, groups, preChannels, postChannels, prePerGroup, postPerGroup } = layout;
  for (let sample = 0; sample < batch; sample++) {
    for (let m = 0; m < map.tap.length; m++) {
      const pre = sample * layout.preSize + (map.pre[m] as number) * preChannels;
      const post = sample * layout.postSize + (map.post[m] as number) * postChannels;
      const weight = layout.mean ? (map.post[m] as number) : (map.tap[m] as number) * layout.tapStride;
      for (let group = 0; group < groups; group++) {
        visit(
          pre + group * prePerGroup,
          post + group * postPerGroup,
          weight + group * postPerGroup * layout.postStride,
        );
      }
    }
  }
}

function assert(holds: boolean, fault: string): void {
  if (!holds) throw new Error(`the Program has a relation with ${fault}`);
}
