/** Random relations, and their definition as an explicit matrix. */
import { type Relation, type RelationAxis, sizeOf, weightShape } from "@settle/program";
import fc from "fast-check";

const axis: fc.Arbitrary<RelationAxis> = fc.record({
  big: fc.constantFrom("pre" as const, "post" as const),
  stride: fc.integer({ min: 1, max: 3 }),
  taps: fc.integer({ min: 1, max: 4 }),
  pad: fc.integer({ min: 0, max: 3 }),
  pre: fc.integer({ min: 1, max: 5 }),
  post: fc.integer({ min: 1, max: 5 }),
});

/** Up to three axes of any direction, stride, padding and extent; grouped; shared or not; both weight orders; fixed. */
export const arbitraryRelation: fc.Arbitrary<Relation> = fc
  .record({
    axes: fc.array(axis, { maxLength: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    prePerGroup: fc.integer({ min: 1, max: 3 }),
    postPerGroup: fc.integer({ min: 1, max: 3 }),
    weights: fc.oneof(
      fc.record({
        kind: fc.constant("tensor" as const),
        order: fc.constantFrom("pre-post" as const, "post-pre" as const),
        shared: fc.boolean(),
      }),
      fc.record({ kind: fc.constant("fixed" as const), value: fc.constantFrom(1, 0.25, -2) }),
      fc.constant({ kind: "mean" as const }),
    ),
  })
  .map(({ axes, groups, prePerGroup, postPerGroup, weights }) => {
    const preChannels = groups * prePerGroup;
    const postChannels = groups * postPerGroup;
    return {
      preShape: [...axes.map((a) => a.pre), preChannels],
      postShape: [...axes.map((a) => a.post), postChannels],
      axes,
      preChannels,
      postChannels,
      groups,
      weights,
    };
  });

/** Every multi-index of a shape, row-major. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, extent) => prefixes.flatMap((prefix) => Array.from({ length: extent }, (_, i) => [...prefix, i])),
    [[]],
  );
}

/** Row-major position of a multi-index. */
function position(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((sum, i, axisIndex) => sum * (shape[axisIndex] as number) + i, 0);
}

/**
 * For every (pre entry, post entry): the entry of the weight tensor that joins them, or undefined. Asks of each pair
 * which tap would join it, where the engine asks of each tap which pair it joins.
 */
export function joiningWeights(relation: Relation): (number | undefined)[][] {
  const { axes, groups, preChannels, postChannels, weights } = relation;
  const shape = weightShape(relation);
  const postPositions = axes.map((a) => a.post);
  return indices([...axes.map((a) => a.pre), preChannels]).map((pre) =>
    indices([...axes.map((a) => a.post), postChannels]).map((post) => {
      const small: number[] = [];
      const taps: number[] = [];
      for (const [k, { big, stride, taps: count, pad }] of axes.entries()) {
        const p = pre[k] as number;
        const q = post[k] as number;
        const [bigIndex, smallIndex] = big === "pre" ? [p, q] : [q, p];
        const tap = bigIndex - stride * smallIndex + pad;
        if (tap < 0 || tap >= count) return undefined;
        small.push(smallIndex);
        taps.push(tap);
      }
      const i = pre.at(-1) as number;
      const o = post.at(-1) as number;
      if (Math.floor((i * groups) / preChannels) !== Math.floor((o * groups) / postChannels)) return undefined;
      if (weights.kind === "fixed") return 0;
      if (weights.kind === "mean") return position(post.slice(0, -1), postPositions);
      const within = i % (preChannels / groups);
      const channels = weights.order === "pre-post" ? [within, o] : [o, within];
      return position([...(weights.shared ? [] : small), ...taps, ...channels], shape);
    }),
  );
}

/** Numbers between −1 and 1 that depend on `seed` and position only. */
export function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => Math.sin(1 + 12.9898 * k + 78.233 * seed));
}

export function weightSize(relation: Relation): number {
  return sizeOf(weightShape(relation));
}
