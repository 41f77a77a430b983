/** The definition of a contraction, by loops over every pair of entries, in float64. */
import { type Relation, sizeOf, weightShape } from "@settle/program";

/** The flat weight entry that joins a pre entry to a post entry, −1 for a fixed weight, or undefined where none does. */
function joint(relation: Relation, pre: readonly number[], post: readonly number[]): number | undefined {
  const { axes, groups, preChannels, postChannels, weights } = relation;
  const index: number[] = [];
  const smalls: number[] = [];
  for (const [k, axis] of axes.entries()) {
    const [big, small] = axis.big === "pre" ? [pre[k]!, post[k]!] : [post[k]!, pre[k]!];
    const tap = big + axis.pad - axis.stride * small;
    if (tap < 0 || tap >= axis.taps) return undefined;
    index.push(tap);
    smalls.push(small);
  }
  const i = pre.at(-1)!;
  const o = post.at(-1)!;
  if (Math.floor((i * groups) / preChannels) !== Math.floor((o * groups) / postChannels)) return undefined;
  if (weights.kind !== "tensor") return -1;
  const inGroup = i % (preChannels / groups);
  const full = [
    ...(weights.shared ? [] : smalls),
    ...index,
    ...(weights.order === "pre-post" ? [inGroup, o] : [o, inGroup]),
  ];
  return full.reduce((sum, entry, axis) => sum * weightShape(relation)[axis]! + entry, 0);
}

interface Pair {
  readonly pre: number;
  readonly post: number;
  readonly weight: number;
}

function pairs(relation: Relation): readonly Pair[] {
  const pres = everyIndex([...relation.axes.map(({ pre }) => pre), relation.preChannels]);
  const posts = everyIndex([...relation.axes.map(({ post }) => post), relation.postChannels]);
  return pres.flatMap((p, pre) =>
    posts.flatMap((q, post) => {
      const weight = joint(relation, p, q);
      return weight === undefined ? [] : [{ pre, post, weight }];
    }),
  );
}

export function bruteForce(
  relation: Relation,
  produce: "pre" | "post" | "weight",
  given: { readonly pre: Float32Array; readonly post: Float32Array; readonly weight: Float32Array },
  batch: number,
): Float64Array {
  const sizes = { pre: sizeOf(relation.preShape), post: sizeOf(relation.postShape) };
  const all = pairs(relation);
  /** Of a mean: how many pre positions a post entry meets, all channels of its group counted as one. */
  const met = (post: number): number =>
    all.filter((pair) => pair.post === post).length / (relation.preChannels / relation.groups);
  const fixed = (post: number): number => (relation.weights.kind === "fixed" ? relation.weights.value : 1 / met(post));
  const out = new Float64Array(produce === "weight" ? sizeOf(weightShape(relation)) : batch * sizes[produce]);
  for (const { pre, post, weight } of all) {
    const w = weight < 0 ? fixed(post) : given.weight[weight]!;
    for (let n = 0; n < batch; n++) {
      const x = given.pre[n * sizes.pre + pre]!;
      const y = given.post[n * sizes.post + post]!;
      if (produce === "post") out[n * sizes.post + post]! += x * w;
      else if (produce === "pre") out[n * sizes.pre + pre]! += y * w;
      else if (weight >= 0) out[weight]! += x * y;
    }
  }
  return out;
}

function everyIndex(extents: readonly number[]): readonly (readonly number[])[] {
  return extents.reduce<readonly (readonly number[])[]>(
    (list, extent) => list.flatMap((start) => Array.from({ length: extent }, (_, k) => [...start, k])),
    [[]],
  );
}
