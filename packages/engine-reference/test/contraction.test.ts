import { type Relation, sizeOf } from "@settle/program";
import fc from "fast-check";
import { expect, test } from "vitest";

import { contraction } from "../src/contraction.ts";
import { arbitraryRelation, joiningWeights, numbers, weightSize } from "./arbitrary-relation.ts";

const batch = 2;

interface Case {
  readonly pre: Float64Array;
  readonly post: Float64Array;
  readonly weight: Float64Array;
}
const tensors = (relation: Relation): Case => ({
  pre: numbers(batch * sizeOf(relation.preShape), 1),
  post: numbers(batch * sizeOf(relation.postShape), 2),
  weight: fixedWeights(relation) ?? numbers(weightSize(relation), 3),
});
/** Of a mean: for each post position, one over the pre positions that it meets. */
function fixedWeights(relation: Relation): Float64Array | undefined {
  switch (relation.weights.kind) {
    case "tensor":
      return undefined;
    case "fixed":
      return Float64Array.of(relation.weights.value);
    case "mean": {
      const within = relation.preChannels / relation.groups;
      const joins = joiningWeights(relation);
      const met = new Float64Array(sizeOf(relation.postShape) / relation.postChannels);
      for (const row of joins) {
        row.forEach((w, q) => {
          if (w !== undefined && q % relation.postChannels === 0) met[w] = met[w]! + 1 / within;
        });
      }
      return met.map((count) => 1 / count);
    }
    default:
      return relation.weights satisfies never;
  }
}
const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
const closeTo = (got: Float64Array, want: Float64Array): void => {
  expect(got.length).toBe(want.length);
  for (const [k, value] of want.entries()) expect(got[k]).toBeCloseTo(value, 11);
};

test("all three contractions equal the relation written as a matrix, pair by pair", () => {
  fc.assert(
    fc.property(arbitraryRelation, (relation) => {
      const { pre, post, weight } = tensors(relation);
      const joins = joiningWeights(relation);
      const preSize = sizeOf(relation.preShape);
      const postSize = sizeOf(relation.postShape);
      const expectedPost = new Float64Array(post.length);
      const expectedPre = new Float64Array(pre.length);
      const expectedWeight = new Float64Array(weight.length);
      for (let n = 0; n < batch; n++) {
        for (const [p, row] of joins.entries()) {
          for (const [q, w] of row.entries()) {
            if (w === undefined) continue;
            const x = pre[n * preSize + p] as number;
            const y = post[n * postSize + q] as number;
            (expectedPost[n * postSize + q] as number) += x * (weight[w] as number);
            (expectedPre[n * preSize + p] as number) += y * (weight[w] as number);
            (expectedWeight[w] as number) += x * y;
          }
        }
      }
      const contract = contraction(relation);
      if (contract.fixedWeights !== undefined) closeTo(contract.fixedWeights, weight);
      closeTo(contract.post(pre, weight, batch), expectedPost);
      closeTo(contract.pre(post, weight, batch), expectedPre);
      if (relation.weights.kind === "tensor") closeTo(contract.weight(pre, post, batch), expectedWeight);
    }),
    { numRuns: 300 },
  );
});

test("feedback is the adjoint of prediction, and the filter gradient pairs with both", () => {
  fc.assert(
    fc.property(arbitraryRelation, (relation) => {
      const { pre, post, weight } = tensors(relation);
      const contract = contraction(relation);
      const forward = dot(post, contract.post(pre, weight, batch));
      expect(dot(contract.pre(post, weight, batch), pre)).toBeCloseTo(forward, 10);
      if (relation.weights.kind === "tensor") {
        expect(dot(weight, contract.weight(pre, post, batch))).toBeCloseTo(forward, 10);
      }
    }),
    { numRuns: 300 },
  );
});

test("the filter gradient of a batch is the sum of those of its samples, in index order to the last bit", () => {
  fc.assert(
    fc.property(arbitraryRelation, (relation) => {
      fc.pre(relation.weights.kind === "tensor" && relation.axes.length === 0);
      const { pre, post } = tensors(relation);
      const contract = contraction(relation);
      const preSize = sizeOf(relation.preShape);
      const postSize = sizeOf(relation.postShape);
      const single = (n: number): Float64Array =>
        contract.weight(pre.slice(n * preSize, (n + 1) * preSize), post.slice(n * postSize, (n + 1) * postSize), 1);
      const [first, second] = [single(0), single(1)];
      expect([...contract.weight(pre, post, batch)]).toEqual(
        Array.from(first, (value, k) => value + (second[k] as number)),
      );
    }),
  );
});

/** A one-channel chain: what a relation of one axis makes of 1, 10, 100, … */
function oneAxis(big: "pre" | "post", stride: number, taps: number, pad: number, pre: number, post: number): Relation {
  return {
    preShape: [pre, 1],
    postShape: [post, 1],
    axes: [{ big, stride, taps, pad, pre, post }],
    preChannels: 1,
    postChannels: 1,
    groups: 1,
    weights: { kind: "tensor", order: "pre-post", shared: true },
  };
}
const run = (relation: Relation, pre: number[], weight: number[]): number[] => [
  ...contraction(relation).post(Float64Array.from(pre), Float64Array.from(weight), 1),
];

test("a SAME convolution of stride 1 centres its filter, as TensorFlow's does", () => {
  // tf.nn.conv1d([1,2,3,4], [1,10,100], 1, "SAME") = [210, 321, 432, 43]
  expect(run(oneAxis("pre", 1, 3, 1, 4, 4), [1, 2, 3, 4], [1, 10, 100])).toEqual([210, 321, 432, 43]);
});

test("a SAME convolution of stride 2 pads an even map after it only", () => {
  // in 4, k 3, s 2: out 2, pad_total = 1, pad_before = 0
  expect(run(oneAxis("pre", 2, 3, 0, 4, 2), [1, 2, 3, 4], [1, 10, 100])).toEqual([321, 43]);
});

test("a SAME convolution of stride 2 pads an odd map on both sides", () => {
  // in 5, k 3, s 2: out 3, pad_total = 2, pad_before = 1
  expect(run(oneAxis("pre", 2, 3, 1, 5, 3), [1, 2, 3, 4, 5], [1, 10, 100])).toEqual([210, 432, 54]);
});

test("a VALID convolution leaves out what its filter does not fill", () => {
  expect(run(oneAxis("pre", 2, 3, 0, 6, 2), [1, 2, 3, 4, 5, 6], [1, 10, 100])).toEqual([321, 543]);
});

test("a SAME deconvolution of stride 2 doubles a map and drops the last tap", () => {
  // tf.nn.conv1d_transpose([1,2], [1,10,100], output 4, stride 2, "SAME") = [1, 10, 102, 20]
  expect(run(oneAxis("post", 2, 3, 0, 2, 4), [1, 2], [1, 10, 100])).toEqual([1, 10, 102, 20]);
});

test("a VALID deconvolution keeps every tap", () => {
  expect(run(oneAxis("post", 2, 3, 0, 2, 5), [1, 2], [1, 10, 100])).toEqual([1, 10, 102, 20, 200]);
});

test("a fixed depthwise relation is an average pool, and its adjoint spreads the error evenly", () => {
  const pool: Relation = {
    preShape: [4, 2],
    postShape: [2, 2],
    axes: [{ big: "pre", stride: 2, taps: 2, pad: 0, pre: 4, post: 2 }],
    preChannels: 2,
    postChannels: 2,
    groups: 2,
    weights: { kind: "fixed", value: 0.5 },
  };
  const contract = contraction(pool);
  const half = Float64Array.of(0.5);
  expect([...contract.post(Float64Array.of(1, 10, 3, 30, 5, 50, 7, 70), half, 1)]).toEqual([2, 20, 6, 60]);
  expect([...contract.pre(Float64Array.of(2, 20, 6, 60), half, 1)]).toEqual([1, 10, 1, 10, 3, 30, 3, 30]);
});

test("a relation whose axes do not make up its shapes is refused", () => {
  expect(() => contraction({ ...oneAxis("pre", 1, 3, 1, 4, 4), preShape: [5, 1] })).toThrow("source shape");
});
