/** Random relations, more often than not of the kinds that circuits are made of. */
import type { Relation, RelationAxis, RelationWeights } from "@settle/program";
import fc from "fast-check";

const axis = (big: "pre" | "post"): fc.Arbitrary<RelationAxis> =>
  fc
    .record({
      stride: fc.integer({ min: 1, max: 3 }),
      taps: fc.integer({ min: 1, max: 4 }),
      pad: fc.integer({ min: 0, max: 3 }),
      large: fc.integer({ min: 1, max: 9 }),
      small: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ large, small, ...rest }) =>
      big === "pre" ? { big, ...rest, pre: large, post: small } : { big, ...rest, pre: small, post: large },
    );

const order = fc.constantFrom("pre-post" as const, "post-pre" as const);

interface Parts {
  readonly axes: readonly RelationAxis[];
  readonly groups: number;
  readonly pre: number;
  readonly post: number;
  readonly weights: RelationWeights;
}

function relation({ axes, groups, pre, post, weights }: Parts): Relation {
  const [preChannels, postChannels] = [groups * pre, groups * post];
  return {
    preShape: [...axes.map((a) => a.pre), preChannels],
    postShape: [...axes.map((a) => a.post), postChannels],
    axes,
    preChannels,
    postChannels,
    groups,
    weights,
  };
}

const channels = fc.integer({ min: 1, max: 4 });

/** Dense matrices and one- or two-dimensional convolutions of either direction: those with forms of their own. */
export const plainRelation: fc.Arbitrary<Relation> = fc
  .record({
    axes: fc.constantFrom("pre" as const, "post" as const).chain((big) => fc.array(axis(big), { maxLength: 2 })),
    groups: fc.constant(1),
    pre: channels,
    post: channels,
    weights: fc.record({ kind: fc.constant("tensor" as const), order, shared: fc.constant(true) }),
  })
  .map(relation);

/** Anything the type allows: up to three axes, directions mixed, grouped, unshared, fixed. */
export const anyRelation: fc.Arbitrary<Relation> = fc
  .record({
    axes: fc.array(fc.oneof(axis("pre"), axis("post")), { maxLength: 3 }).map((axes) =>
      // Keeps the brute-force sum small.
      axes.length < 3 ? axes : axes.map((a) => ({ ...a, pre: Math.min(a.pre, 4), post: Math.min(a.post, 4) })),
    ),
    groups: fc.integer({ min: 1, max: 3 }),
    pre: fc.integer({ min: 1, max: 2 }),
    post: fc.integer({ min: 1, max: 2 }),
    weights: fc.oneof(
      fc.record({ kind: fc.constant("tensor" as const), order, shared: fc.boolean() }),
      fc.record({ kind: fc.constant("fixed" as const), value: fc.constantFrom(1, 0.25, -2) }),
      fc.constant({ kind: "mean" as const }),
    ),
  })
  .map(relation);

/** Numbers between −1 and 1 that look like noise. */
export function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => Math.sin(91.7 * (k + 1) * (k + 1 + seed) + seed));
}
