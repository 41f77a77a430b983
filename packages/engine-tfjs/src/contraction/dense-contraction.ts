/** A relation without axes and groups: a matrix between flat vectors. */
import type { Relation } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import type { Contraction } from "./contraction.ts";
import { matrixProduct, ownCopy } from "./matrix-product.ts";
import { repeatedBias } from "./repeated-bias.ts";

export function isDense({ axes, groups, weights }: Relation): boolean {
  return axes.length === 0 && groups === 1 && weights.kind === "tensor";
}

export function denseContraction(kit: Kit, relation: Relation, produce: "pre" | "post" | "weight"): Contraction {
  const { weights, preChannels, postChannels } = relation;
  const rows = weights.kind === "tensor" && weights.order === "pre-post" ? "pre" : "post";
  const columns = rows === "pre" ? "post" : "pre";
  const vectors = (x: Tensor | undefined, channels: number): Tensor => {
    if (x === undefined) throw new Error("a contraction lacks an operand");
    return x.shape.length === 2 ? x : kit.tf.reshape(x, [x.shape[0] ?? 0, channels]);
  };
  if (produce === "weight") {
    const sides = { pre: preChannels, post: postChannels };
    return (operands) => {
      const right = vectors(operands[columns], sides[columns]);
      const own = kit.traits.transposedFactors ? right : ownCopy(kit, right);
      return matrixProduct(kit, vectors(operands[rows], sides[rows]), true, own, false);
    };
  }
  const transposed = produce === rows;
  return ({ pre, post, weight, bias }) => {
    const given = produce === "post" ? vectors(pre, preChannels) : vectors(post, postChannels);
    if (weight === undefined) throw new Error("a contraction with learned weights was given none");
    return byMatrix(kit, given, weight, transposed, bias);
  };
}

function byMatrix(kit: Kit, vectors: Tensor, weight: Tensor, transposed: boolean, bias: Tensor | undefined): Tensor {
  const { tf, traits } = kit;
  // A transposed parameter is made once a settle; backends also keep what they prepare from it.
  const swap = transposed && !traits.transposedFactors;
  const matrix = swap ? kit.derived(weight, "transposed", () => tf.transpose(weight)) : weight;
  const transposeB = transposed && !swap;
  if (bias === undefined) return tf.matMul(vectors, matrix, false, transposeB);
  return tf.fused.matMul({ a: vectors, b: matrix, transposeA: false, transposeB, bias: repeatedBias(kit, bias, 1) });
}
